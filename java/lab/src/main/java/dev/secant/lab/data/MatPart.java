// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * A bounded stretch of a MAT-5 file, or of what is unpacked from one of its compressed elements.
 * Nothing is read past its end, nothing is allocated that its end does not allow, and every refusal
 * names the file and the offset.
 */
final class MatPart implements AutoCloseable {
  /** Image data never shrink so much; what does is an attack. */
  static final int MAX_RATIO = 200;

  private static final int SLACK = 4096;
  private static final int BUFFER = 1 << 13;

  /**
   * The head of a data element. One of at most four bytes has its data in the head.
   *
   * @param dataOrNull of a small element
   */
  record Tag(int type, long bytes, byte[] dataOrNull) {}

  private final Path file;
  private final InputStream in;
  private final Packed packedOrNull;
  private final String within;
  private long position;
  private long end;

  private MatPart(Path file, InputStream in, Packed packedOrNull, String within, long end) {
    this.file = file;
    this.in = in;
    this.packedOrNull = packedOrNull;
    this.within = within;
    this.end = end;
  }

  static MatPart of(Path file, InputStream in, long size) {
    return new MatPart(file, in, null, "", size);
  }

  /** What a compressed element of so many bytes, which come next, unpacks to. To be closed. */
  MatPart unpacked(long bytes) {
    Packed packed = new Packed(this, bytes);
    InputStream inflated = new InflaterInputStream(packed, packed.inflater, BUFFER);
    String inner = " of what is unpacked from offset " + position;
    return new MatPart(file, inflated, packed, inner, bytes * MAX_RATIO + SLACK);
  }

  /** The next bytes of a part, and what unpacks them. */
  private static final class Packed extends InputStream {
    final Inflater inflater = new Inflater();
    private final MatPart from;
    private long left;

    Packed(MatPart from, long bytes) {
      this.from = from;
      this.left = bytes;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int at, int length) throws IOException {
      if (left == 0) return -1;
      int got = from.in.read(to, at, (int) Math.min(length, left));
      if (got <= 0) return got;
      left -= got;
      from.position += got;
      return got;
    }

    /** Bytes that the end of the packed data left over. */
    long unused() {
      return left + inflater.getRemaining();
    }
  }

  /** Frees what unpacks; the file stays open. */
  @Override
  public void close() {
    if (packedOrNull != null) packedOrNull.inflater.end();
  }

  long left() {
    return end - position;
  }

  /** Nothing after so many further bytes belongs to it. */
  void limit(long bytes) {
    end = position + bytes;
  }

  DataException fail(String what) {
    return fail(position, what, null);
  }

  private DataException fail(long offset, String what, Exception cause) {
    return new DataException("%s: offset %d%s: %s".formatted(file, offset, within, what), cause);
  }

  /** The next bytes, all of them. */
  void read(byte[] to, int at, int length) {
    if (length > left()) {
      throw fail("truncated: expected %d more bytes, found %d".formatted(length, left()));
    }
    try {
      int got = in.readNBytes(to, at, length);
      position += got;
      if (got < length) throw fail("truncated: expected %d more bytes".formatted(length - got));
    } catch (ZipException | EOFException e) {
      throw damaged(e);
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }

  private DataException damaged(IOException e) {
    String reason = e instanceof EOFException ? "it ends early" : e.getMessage();
    return fail(position, "damaged zlib data: " + reason, e);
  }

  ByteBuffer read(int length) {
    if (length > left()) {
      throw fail("truncated: expected %d more bytes, found %d".formatted(length, left()));
    }
    byte[] bytes = new byte[length];
    read(bytes, 0, length);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  Tag tag() {
    ByteBuffer head = read(8);
    int word = head.getInt();
    int small = word >>> 16;
    if (small == 0) {
      long bytes = head.getInt() & 0xFFFFFFFFL;
      if (bytes > left()) {
        throw fail(
            position - 4, "an element of %d bytes, %d are left".formatted(bytes, left()), null);
      }
      return new Tag(word, bytes, null);
    }
    if (small > 4) {
      throw fail(position - 6, "a small element of %d bytes, expected 4".formatted(small), null);
    }
    byte[] data = new byte[small];
    head.get(data);
    return new Tag(word & 0xFFFF, small, data);
  }

  /** The data of an element of at most so many bytes, and its padding. */
  ByteBuffer data(Tag tag, int most) {
    if (tag.dataOrNull() != null)
      return ByteBuffer.wrap(tag.dataOrNull()).order(ByteOrder.LITTLE_ENDIAN);
    if (tag.bytes() > most) {
      throw fail("an element of %d bytes, expected at most %d".formatted(tag.bytes(), most));
    }
    ByteBuffer data = read((int) tag.bytes());
    pad(tag.bytes());
    return data;
  }

  /** Passes over what fills an element up to a multiple of eight bytes. */
  void pad(long bytes) {
    int padding = (int) (-bytes & 7);
    if (padding > 0) read(padding);
  }

  /** Nothing may follow, and of what was unpacked the check sum must be right. */
  void requireEnd() {
    if (left() != 0) throw fail("%d bytes too many".formatted(left()));
    if (packedOrNull == null) return;
    try {
      if (in.read() >= 0) throw fail("more data than the element has");
    } catch (ZipException | EOFException e) {
      throw damaged(e);
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
    if (packedOrNull.unused() > 0) {
      throw fail("%d bytes after the zlib data".formatted(packedOrNull.unused()));
    }
  }
}
