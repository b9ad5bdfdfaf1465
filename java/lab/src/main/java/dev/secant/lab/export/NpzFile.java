// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Arrays by name for {@code numpy.load}: a zip of {@code .npy} entries. The same arrays give the
 * same bytes. Confined to one thread.
 */
final class NpzFile {
  /** The first moment that a zip can say: no file tells when it was written. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int ALIGNMENT = 64;

  private final ByteArrayOutputStream file = new ByteArrayOutputStream();
  private final ZipOutputStream zip = new ZipOutputStream(file);

  NpzFile doubles(String name, double[] values, int... shape) {
    ByteBuffer data = little(8 * values.length);
    data.asDoubleBuffer().put(values);
    return add(name, "<f8", data.array(), shape);
  }

  NpzFile longs(String name, long[] values, int... shape) {
    ByteBuffer data = little(8 * values.length);
    data.asLongBuffer().put(values);
    return add(name, "<i8", data.array(), shape);
  }

  private NpzFile add(String name, String type, byte[] data, int... shape) {
    try {
      ZipEntry entry = new ZipEntry(name + ".npy");
      entry.setTimeLocal(TIME);
      zip.putNextEntry(entry);
      zip.write(header(type, shape));
      zip.write(data);
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // in memory
    }
    return this;
  }

  /** Padded so that the numbers begin at a multiple of 64 bytes. */
  private static byte[] header(String type, int... shape) {
    String dims = Arrays.stream(shape).mapToObj(d -> d + ",").collect(Collectors.joining(" "));
    String text = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, dims);
    int start = MAGIC.length + Short.BYTES;
    int padded = Math.floorDiv(start + text.length() + ALIGNMENT, ALIGNMENT) * ALIGNMENT;
    String line = text + " ".repeat(padded - start - text.length() - 1) + "\n";
    ByteBuffer header = little(padded).put(MAGIC).putShort((short) line.length());
    return header.put(line.getBytes(StandardCharsets.US_ASCII)).array();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  byte[] toBytes() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // in memory
    }
    return file.toByteArray();
  }
}
