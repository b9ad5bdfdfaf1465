// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.data.DataParsers;
import dev.secant.lab.data.FolderWriter;
import dev.secant.lab.data.Images;
import dev.secant.lab.error.ExitCode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.io.TempDir;

/**
 * One PNG or JPEG file of a folder of images. The first byte says whether the rest is the file as
 * it is, or a PNG file whose checksums are made right before it is read.
 */
class ImageFuzzTest {
  private static final int SIGNATURE = 8;
  private static final int FRAME = 12;

  @TempDir static Path folder;

  @FuzzTest
  void reads(byte[] input) {
    if (input.length == 0) return;
    byte[] content = Arrays.copyOfRange(input, 1, input.length);
    if ((input[0] & 1) != 0) repair(content);
    Path file = Hostile.write(folder.resolve("image.png"), content);
    Hostile.offer(ExitCode.DATA, file.toString(), () -> DataParsers.image(file))
        .ifPresent(ImageFuzzTest::requireRoundTrip);
  }

  private static void repair(byte[] png) {
    ByteBuffer bytes = ByteBuffer.wrap(png);
    for (int at = SIGNATURE; at + FRAME <= png.length; ) {
      int length = bytes.getInt(at);
      if (length < 0 || length > png.length - at - FRAME) return;
      CRC32 crc = new CRC32();
      crc.update(png, at + 4, 4 + length);
      bytes.putInt(at + 8 + length, (int) crc.getValue());
      at += FRAME + length;
    }
  }

  private static void requireRoundTrip(Images image) {
    FolderWriter.write(DataParsers.set(image, 1), folder);
    Images again = DataParsers.image(folder.resolve("train/c0/00000.png"));
    Hostile.require(
        image.height() == again.height()
            && image.width() == again.width()
            && image.channels() == again.channels()
            && Arrays.equals(image.pixels(), again.pixels()),
        "another image");
  }
}
