// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An array that NumPy wrote ({@code np.save}): float32 or float64, little-endian, C order. Only the
 * header is read at once; rows are read as they are wanted, float64 rounded to float32. Confined to
 * one thread.
 */
public final class NpyFile implements AutoCloseable {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST_HEADER = 1 << 16;
  private static final int MOST_AXES = 8;
  private static final int CHUNK_BYTES = 1 << 16;
  private static final Pattern DESCR = Pattern.compile("'descr': *'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order': *(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([0-9, ]*)\\)");

  private final Path file;
  private final FileChannel channel;
  private final long[] shape;
  private final int elementBytes;
  private final long dataOffset;

  private NpyFile(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    ByteBuffer start = read(0, 10);
    for (int i = 0; i < MAGIC.length; i++)
      if (start.get(i) != MAGIC[i]) throw broken(0, "the signature of a .npy file", "other bytes");
    int version = start.get(6);
    if (version < 1 || version > 3)
      throw broken(6, "version 1, 2 or 3 of the format", "version " + version);
    boolean wide = version > 1;
    long length = wide ? read(8, 4).getInt(0) & 0xffffffffL : start.getShort(8) & 0xffff;
    if (length > LONGEST_HEADER)
      throw broken(8, "a header of at most " + LONGEST_HEADER + " bytes", length + " bytes");
    int headerAt = wide ? 12 : 10;
    byte[] header = new byte[(int) length];
    read(headerAt, header.length).get(header);
    String text = new String(header, StandardCharsets.ISO_8859_1);
    this.elementBytes = elementBytes(found(DESCR, text, headerAt, "'descr'"), headerAt);
    if (found(ORDER, text, headerAt, "'fortran_order'").equals("True"))
      throw broken(headerAt, "C order", "Fortran order; write np.ascontiguousarray(a)");
    this.shape = shape(found(SHAPE, text, headerAt, "'shape'"), headerAt);
    this.dataOffset = headerAt + length;
    requireSize();
  }

  /**
   * Opens a file and checks its header and size.
   *
   * @throws DataException for anything but such an array, with file and offset
   */
  public static NpyFile open(Path file) {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new DataException(file + ": no such file", e);
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
    try {
      return new NpyFile(file, channel);
    } catch (IOException e) {
      closeQuietly(channel);
      throw IoFailureException.of("cannot read", file, e);
    } catch (RuntimeException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // The failure that matters is on its way.
    }
  }

  public Path file() {
    return file;
  }

  /** Extents of the axes, at least one. */
  public long[] shape() {
    return shape.clone();
  }

  /** Extent of the first axis. */
  public long rows() {
    return shape[0];
  }

  /** Elements of a row: the product of the other extents. */
  public long features() {
    return product(1);
  }

  /**
   * Puts rows from..to−1 into the buffer, at its position.
   *
   * @throws DataException for a value that is not finite, with its offset
   */
  public void read(long from, long to, FloatBuffer into) {
    long at = dataOffset + from * features() * elementBytes;
    long left = (to - from) * features() * elementBytes;
    try {
      while (left > 0) {
        int bytes = (int) Math.min(left, CHUNK_BYTES);
        put(read(at, bytes), at, into);
        at += bytes;
        left -= bytes;
      }
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }

  private void put(ByteBuffer bytes, long at, FloatBuffer into) {
    for (int i = 0; i < bytes.limit(); i += elementBytes) {
      float value = elementBytes == 4 ? bytes.getFloat(i) : (float) bytes.getDouble(i);
      if (!Float.isFinite(value)) throw broken(at + i, "a finite number", Float.toString(value));
      into.put(value);
    }
  }

  // ---- header ----------------------------------------------------------------------------------

  private String found(Pattern pattern, String header, long at, String key) {
    Matcher matcher = pattern.matcher(header);
    if (matcher.find()) return matcher.group(1);
    throw broken(at, "a header with " + key, header.strip());
  }

  private int elementBytes(String descr, long at) {
    return switch (descr) {
      case "<f4" -> 4;
      case "<f8" -> 8;
      default -> throw broken(at, "float32 or float64 ('<f4', '<f8')", "'" + descr + "'");
    };
  }

  private long[] shape(String text, long at) {
    long[] dims =
        Arrays.stream(text.split(","))
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .mapToLong(s -> extent(s, at))
            .toArray();
    if (dims.length >= 1 && dims.length <= MOST_AXES) return dims;
    throw broken(at, "1 to " + MOST_AXES + " axes", "shape (" + text + ")");
  }

  private long extent(String text, long at) {
    if (text.length() <= 10) {
      long value = Long.parseLong(text);
      if (value >= 1 && value <= Integer.MAX_VALUE) return value;
    }
    throw broken(at, "extents from 1 to " + Integer.MAX_VALUE, text);
  }

  private long product(int firstAxis) {
    long product = 1;
    try {
      for (int i = firstAxis; i < shape.length; i++)
        product = Math.multiplyExact(product, shape[i]);
      return product;
    } catch (ArithmeticException e) {
      throw broken(dataOffset, "fewer than 2^63 elements", "shape " + Arrays.toString(shape));
    }
  }

  private void requireSize() throws IOException {
    long elements = product(0);
    long expected =
        elements > Long.MAX_VALUE / 16 ? Long.MAX_VALUE : dataOffset + elements * elementBytes;
    if (channel.size() == expected) return;
    throw broken(
        Math.min(expected, channel.size()),
        expected + " bytes in all for shape " + Arrays.toString(shape),
        channel.size() + " bytes");
  }

  private ByteBuffer read(long at, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, at + buffer.position());
      if (n < 0) throw broken(at + buffer.position(), "more bytes", "the end of the file");
    }
    return buffer.flip();
  }

  private DataException broken(long offset, String expected, String found) {
    return new DataException(
        "%s, offset %d: expected %s, found %s".formatted(file, offset, expected, found));
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }
}
