// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.data.DataParsers;
import dev.secant.lab.data.Images;
import dev.secant.lab.data.SvhnWriter;
import dev.secant.lab.error.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.io.TempDir;

/**
 * MAT files of cropped digits. The first byte says whether the rest is the file as it is, or one
 * whose elements are packed before it is read, as MATLAB's {@code -v7} does.
 */
class SvhnFuzzTest {
  private static final int HEADER = 128;
  private static final int COMPRESSED = 15;

  @TempDir static Path folder;

  @FuzzTest
  void reads(byte[] input) {
    if (input.length == 0) return;
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    byte[] content = (input[0] & 1) == 0 ? rest : packed(rest);
    Hostile.offer(
            ExitCode.DATA, "digits.mat", () -> DataParsers.digits(Path.of("digits.mat"), content))
        .ifPresent(SvhnFuzzTest::requireRoundTrip);
  }

  private static byte[] packed(byte[] plain) {
    if (plain.length < HEADER) return plain;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(plain, 0, HEADER);
    ByteBuffer in = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = HEADER; at < plain.length; ) {
      long bytes = at + 8 <= plain.length ? 8 + (in.getInt(at + 4) & 0xffffffffL) : Long.MAX_VALUE;
      int length = (int) Math.min(bytes, plain.length - at);
      byte[] element = deflated(plain, at, length);
      ByteBuffer tag = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      out.writeBytes(tag.putInt(COMPRESSED).putInt(element.length).array());
      out.writeBytes(element);
      at += length;
    }
    return out.toByteArray();
  }

  private static byte[] deflated(byte[] bytes, int at, int length) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
      deflater.write(bytes, at, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void requireRoundTrip(Images images) {
    new SvhnWriter().write(DataParsers.set(images, 10), folder);
    Path file = folder.resolve("train_32x32.mat");
    Images again = DataParsers.digits(file, Hostile.read(file));
    Hostile.require(Arrays.equals(images.pixels(), again.pixels()), "other pixels");
    Hostile.require(Arrays.equals(images.labels(), again.labels()), "other labels");
  }
}
