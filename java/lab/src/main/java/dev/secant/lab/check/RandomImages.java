// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.lab.data.DataHash;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Images;
import dev.secant.random.Philox;
import java.util.List;
import java.util.stream.IntStream;

/** Images without meaning, for times and comparisons: noise with a class's own brightness. */
final class RandomImages {
  static final int SIDE = 32;
  static final int CLASSES = 10;

  private RandomImages() {}

  static ImageSet of(int train, int test) {
    return of(train, test, SIDE);
  }

  static ImageSet of(int train, int test, int side) {
    Images a = images(train, side, 1);
    Images b = images(test, side, 2);
    List<String> names = IntStream.range(0, CLASSES).mapToObj(c -> "c" + c).toList();
    return new ImageSet("random", names, a, b, DataHash.of(a, b), false);
  }

  private static Images images(int count, int side, long seed) {
    int bytes = side * side * 3;
    byte[] pixels = new byte[count * bytes];
    for (int i = 0; i < pixels.length; i += Integer.BYTES) {
      int word = Philox.block(seed, 0, 0, 0, i)[0];
      int bright = 12 * (i / bytes % CLASSES);
      for (int j = 0; j < Integer.BYTES; j++)
        pixels[i + j] = (byte) ((word >>> 8 * j & 0x7f) + bright);
    }
    int[] labels = IntStream.range(0, count).map(i -> i % CLASSES).toArray();
    return new Images(side, side, 3, pixels, labels);
  }
}
