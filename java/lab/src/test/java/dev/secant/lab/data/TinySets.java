// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import java.util.ArrayList;
import java.util.List;

/** Small image sets with chosen labels; pixel bytes count up. */
final class TinySets {
  private TinySets() {}

  static Images images(int side, int... labels) {
    byte[] pixels = new byte[labels.length * side * side * 3];
    for (int i = 0; i < pixels.length; i++) pixels[i] = (byte) (i * 7 + i / 256);
    return new Images(side, side, 3, pixels, labels);
  }

  /** Training images with the given number per class, classes in turn as long as they last. */
  static ImageSet withClassSizes(int... sizes) {
    List<Integer> labels = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int c = 0; c < sizes.length; c++) names.add("c" + c);
    for (int round = 0, before = -1; labels.size() != before; round++) {
      before = labels.size();
      for (int c = 0; c < sizes.length; c++) if (round < sizes[c]) labels.add(c);
    }
    Images train = images(2, labels.stream().mapToInt(Integer::intValue).toArray());
    Images test = images(2, 0, 1, 0);
    return new ImageSet("tiny", names, train, test, DataHash.of(train, test), false);
  }
}
