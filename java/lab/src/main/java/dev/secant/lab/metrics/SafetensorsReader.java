// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * Reads a safetensors file. The header is verified when it is opened: sizes, types, shapes and
 * offsets must account for every byte. Confined to one thread.
 */
public final class SafetensorsReader implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final long dataStart;
  private final SafetensorsHeader.Content content;

  /** A tensor of the file; begin and end count bytes from the end of the header. */
  record Entry(String name, DType type, long[] shape, long begin, long end) {}

  public SafetensorsReader(Path file) {
    this.file = file;
    this.channel = open(file);
    boolean ready = false;
    try {
      long size = channel.size();
      int headerBytes = headerBytes(size);
      byte[] header = new byte[headerBytes];
      readFully(ByteBuffer.wrap(header), Safetensors.PREFIX);
      dataStart = Safetensors.PREFIX + headerBytes;
      content = SafetensorsHeader.parse(file, header, size - dataStart);
      ready = true;
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    } finally {
      if (!ready) close();
    }
  }

  private static FileChannel open(Path file) {
    try {
      return FileChannel.open(file);
    } catch (NoSuchFileException e) {
      throw new DataException(file + ": missing", e);
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }

  private int headerBytes(long size) throws IOException {
    if (size < Safetensors.PREFIX) {
      throw new DataException(
          "%s: truncated: expected at least 8 bytes, found %d".formatted(file, size));
    }
    ByteBuffer prefix = ByteBuffer.allocate(Safetensors.PREFIX).order(ByteOrder.LITTLE_ENDIAN);
    readFully(prefix, 0);
    long bytes = prefix.getLong(0);
    long most = Math.min(Safetensors.MAX_HEADER, size - Safetensors.PREFIX);
    if (bytes < 0 || bytes > most) {
      throw new DataException(
          "%s: offset 0: header length: expected at most %d, found %s"
              .formatted(file, most, Long.toUnsignedString(bytes)));
    }
    return (int) bytes;
  }

  private void readFully(ByteBuffer into, long position) throws IOException {
    for (long at = position; into.hasRemaining(); ) {
      int got = channel.read(into, at);
      if (got < 0) throw new DataException(file + ": truncated at offset " + at);
      at += got;
    }
  }

  public Set<String> names() {
    return Collections.unmodifiableSet(content.entries().keySet());
  }

  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(content.metadata());
  }

  public DType type(String name) {
    return entry(name).type();
  }

  public long[] shape(String name) {
    return entry(name).shape().clone();
  }

  public float[] floats(String name) {
    float[] out = new float[count(name, DType.F32)];
    bytes(name).asFloatBuffer().get(out);
    return out;
  }

  public double[] doubles(String name) {
    double[] out = new double[count(name, DType.F64)];
    bytes(name).asDoubleBuffer().get(out);
    return out;
  }

  public int[] ints(String name) {
    int[] out = new int[count(name, DType.I32)];
    bytes(name).asIntBuffer().get(out);
    return out;
  }

  public long[] longs(String name) {
    long[] out = new long[count(name, DType.I64)];
    bytes(name).asLongBuffer().get(out);
    return out;
  }

  /** Copies an F32 tensor of the same shape into a real tensor. */
  public void read(String name, Tensor into) {
    if (!Arrays.equals(entry(name).shape(), into.shape().dims())) {
      throw wrong(
          name,
          "shape " + Arrays.toString(into.shape().dims()),
          Arrays.toString(entry(name).shape()));
    }
    into.set(floats(name));
  }

  private int count(String name, DType expected) {
    Entry entry = entry(name);
    if (entry.type() != expected) throw wrong(name, expected.toString(), entry.type().toString());
    long count = (entry.end() - entry.begin()) / expected.bytes();
    if (count * expected.bytes() > Integer.MAX_VALUE - 8)
      throw wrong(name, "less than 2 GiB", count + " elements");
    return (int) count;
  }

  /** The elements of a tensor as they lie in the file, little-endian. */
  public ByteBuffer bytes(String name) {
    Entry entry = entry(name);
    long bytes = entry.end() - entry.begin();
    if (bytes > Integer.MAX_VALUE - 8) throw wrong(name, "less than 2 GiB", bytes + " bytes");
    ByteBuffer out = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    try {
      readFully(out, dataStart + entry.begin());
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
    return out.flip();
  }

  private Entry entry(String name) {
    Entry entry = content.entries().get(name);
    if (entry == null) throw new DataException(file + ": no tensor named " + name);
    return entry;
  }

  private DataException wrong(String name, String expected, String found) {
    return new DataException(
        "%s: %s: expected %s, found %s".formatted(file, name, expected, found));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw IoFailureException.of("cannot close", file, e);
    }
  }
}
