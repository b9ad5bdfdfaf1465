// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.data.DataParsers;
import dev.secant.lab.data.Images;
import dev.secant.lab.error.ExitCode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of CIFAR-10 and CIFAR-100. Of the first byte, bit 0 chooses the release, bits 1 and 2 the
 * number of records, and bit 7 whether the rest is the file, or three bytes each that change one of
 * a file of the right size: place (2), value.
 */
class CifarFuzzTest {
  private static final int AREA = 32 * 32;

  @TempDir static Path folder;

  @FuzzTest
  void reads(byte[] input) {
    if (input.length == 0) return;
    boolean hundred = (input[0] & 1) != 0;
    int records = 1 + (input[0] >> 1 & 3);
    int labels = hundred ? 2 : 1;
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    byte[] content = input[0] < 0 ? rest : changed(new byte[records * (labels + 3 * AREA)], rest);
    Path file = Hostile.write(folder.resolve("data.bin"), content);
    Optional<Images> images =
        Hostile.offer(
            ExitCode.DATA, file.toString(), () -> DataParsers.cifar(file, records, hundred));
    images.ifPresent(i -> requireSame(content, i, labels));
  }

  private static byte[] changed(byte[] content, byte[] patches) {
    for (int i = 0; i + 2 < patches.length; i += 3) {
      int at = (patches[i] & 255) << 8 | patches[i + 1] & 255;
      content[at % content.length] = patches[i + 2];
    }
    return content;
  }

  /** Every byte of the file is in the images, but for the superclass. */
  private static void requireSame(byte[] content, Images images, int labels) {
    int at = 0;
    for (int n = 0; n < images.count(); n++) {
      at += labels;
      Hostile.require(images.labels()[n] == (content[at - 1] & 255), "label " + n);
      for (int f = 0; f < 3; f++) {
        for (int p = 0; p < AREA; p++) {
          byte pixel = images.pixels()[(n * AREA + p) * 3 + f];
          Hostile.require(pixel == content[at++], "pixel " + p + " of image " + n);
        }
      }
    }
    Hostile.require(at == content.length, "bytes are left");
  }
}
