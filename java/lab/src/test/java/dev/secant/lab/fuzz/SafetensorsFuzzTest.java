// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.lab.metrics.SafetensorsWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tensor files: models, checkpoints, {@code --init}. The first byte says whether the rest is the
 * file as it is, or two bytes for the number of zero bytes of tensors and then the header.
 */
class SafetensorsFuzzTest {
  /** A tensor as it was read. */
  private record Tensor(String type, String shape, ByteBuffer bytes) {}

  @TempDir static Path folder;

  @FuzzTest
  void reads(byte[] input) {
    if (input.length == 0) return;
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    byte[] content = (input[0] & 1) == 0 ? rest : framed(rest);
    Path file = Hostile.write(folder.resolve("model.safetensors"), content);
    Hostile.offer(ExitCode.DATA, file.toString(), () -> tensors(file))
        .ifPresent(tensors -> requireRoundTrip(file, tensors));
  }

  private static byte[] framed(byte[] rest) {
    if (rest.length < 2) return rest;
    int zeros = (rest[0] & 255) << 8 | rest[1] & 255;
    int header = rest.length - 2;
    return ByteBuffer.allocate(8 + header + zeros)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header)
        .put(rest, 2, header)
        .array();
  }

  private static Map<String, Tensor> tensors(Path file) {
    Map<String, Tensor> tensors = new TreeMap<>();
    try (SafetensorsReader reader = new SafetensorsReader(file)) {
      for (String name : reader.names()) {
        String shape = Arrays.toString(reader.shape(name));
        tensors.put(name, new Tensor(reader.type(name).name(), shape, reader.bytes(name)));
      }
    }
    return tensors;
  }

  private static void requireRoundTrip(Path file, Map<String, Tensor> tensors) {
    Path again = folder.resolve("again.safetensors");
    Map<String, String> metadata;
    try (SafetensorsReader reader = new SafetensorsReader(file)) {
      metadata = reader.metadata();
      SafetensorsWriter writer = new SafetensorsWriter();
      metadata.forEach(writer::metadata);
      for (String name : reader.names())
        writer.add(name, reader.type(name), reader.bytes(name), reader.shape(name));
      writer.write(again);
    }
    Hostile.same(tensors, tensors(again), "tensors");
    try (SafetensorsReader reader = new SafetensorsReader(again)) {
      Hostile.same(metadata, reader.metadata(), "metadata");
    }
  }
}
