// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Writes a safetensors file, whole or not at all. Wider types come first, so that every tensor is
 * aligned; otherwise tensors stand in the order they were added. Confined to one thread.
 */
public final class SafetensorsWriter {
  private record Entry(
      String name, DType type, long[] shape, long count, Consumer<ByteBuffer> fill) {
    long bytes() {
      return count * type.bytes();
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Map<String, String> metadata = new TreeMap<>();

  public SafetensorsWriter metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  public SafetensorsWriter add(String name, float[] values, long... shape) {
    return add(name, DType.F32, values.length, shape, out -> out.asFloatBuffer().put(values));
  }

  public SafetensorsWriter add(String name, double[] values, long... shape) {
    return add(name, DType.F64, values.length, shape, out -> out.asDoubleBuffer().put(values));
  }

  public SafetensorsWriter add(String name, int[] values, long... shape) {
    return add(name, DType.I32, values.length, shape, out -> out.asIntBuffer().put(values));
  }

  public SafetensorsWriter add(String name, long[] values, long... shape) {
    return add(name, DType.I64, values.length, shape, out -> out.asLongBuffer().put(values));
  }

  public SafetensorsWriter add(String name, byte[] values, long... shape) {
    return add(name, DType.U8, values.length, shape, out -> out.put(values));
  }

  /**
   * @param values little-endian, as many bytes as type and shape ask for; read when written
   */
  public SafetensorsWriter add(String name, DType type, ByteBuffer values, long... shape) {
    long count = values.remaining() / type.bytes();
    return add(name, type, count, shape, out -> out.put(values.duplicate()));
  }

  /** The elements that a tensor has when the file is written. */
  public SafetensorsWriter add(String name, Tensor tensor) {
    Consumer<ByteBuffer> fill =
        switch (tensor.dtype()) {
          case BF16 -> out -> out.asShortBuffer().put(tensor.toBits());
          case F32 -> out -> out.asFloatBuffer().put(tensor.toFloats());
          case F64 -> out -> out.asDoubleBuffer().put(tensor.toDoubles());
          case I32 -> out -> out.asIntBuffer().put(tensor.toInts());
          case I64 -> out -> out.asLongBuffer().put(tensor.toLongs());
          case U8 -> out -> out.put(tensor.toBytes());
        };
    return add(name, tensor.dtype(), tensor.count(), tensor.shape().dims(), fill);
  }

  private SafetensorsWriter add(
      String name, DType type, long count, long[] shape, Consumer<ByteBuffer> fill) {
    if (Safetensors.count(shape) != count) {
      throw new IllegalArgumentException(
          name + ": " + count + " values for shape " + java.util.Arrays.toString(shape));
    }
    if (name.equals(Safetensors.METADATA) || !names.add(name)) {
      throw new IllegalArgumentException("tensor name " + name + " is taken");
    }
    if (names.size() > Safetensors.MAX_TENSORS) {
      throw new IllegalArgumentException(
          "at most " + Safetensors.MAX_TENSORS + " tensors fit a file");
    }
    entries.add(new Entry(name, type, shape.clone(), count, fill));
    return this;
  }

  public void write(Path file) {
    AtomicFile.write(file, this::writeTo);
  }

  /** The bytes of the file. */
  public void writeTo(OutputStream out) throws IOException {
    List<Entry> ordered = new ArrayList<>(entries);
    ordered.sort(Comparator.comparingInt((Entry e) -> e.type().bytes()).reversed());
    byte[] header = header(ordered);
    out.write(little(Safetensors.PREFIX).putLong(header.length).array());
    out.write(header);
    for (Entry entry : ordered) {
      ByteBuffer data = little(Math.toIntExact(entry.bytes()));
      entry.fill().accept(data);
      out.write(data.array());
    }
  }

  private byte[] header(List<Entry> ordered) throws IOException {
    ObjectNode root = Json.MAPPER.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode node = root.putObject(Safetensors.METADATA);
      metadata.forEach(node::put);
    }
    long offset = 0;
    for (Entry entry : ordered) {
      ObjectNode node = root.putObject(entry.name()).put("dtype", entry.type().name());
      ArrayNode shape = node.putArray("shape");
      for (long extent : entry.shape()) shape.add(extent);
      node.putArray("data_offsets").add(offset).add(offset + entry.bytes());
      offset += entry.bytes();
    }
    byte[] json = Json.MAPPER.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
    byte[] padded = java.util.Arrays.copyOf(json, (json.length + 7) / 8 * 8);
    java.util.Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
