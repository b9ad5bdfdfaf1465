// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("model.safetensors");
  }

  @Test
  void everyTypeReadsBack() {
    new SafetensorsWriter()
        .metadata("layout", "OHWI \"quoted\" é")
        .add("a/odd", new float[] {1.5f, Float.NaN, -0f}, 3)
        .add("b", new double[] {Math.PI, Double.MIN_VALUE}, 2, 1)
        .add("c", new int[] {Integer.MIN_VALUE, 7}, 1, 2)
        .add("d", new long[] {Long.MAX_VALUE}, 1)
        .add("scalar", new float[] {4})
        .add("none", new float[0], 0, 5)
        .write(file);
    try (SafetensorsReader reader = new SafetensorsReader(file)) {
      assertThat(reader.metadata()).containsEntry("layout", "OHWI \"quoted\" é").hasSize(1);
      assertThat(reader.names())
          .containsExactlyInAnyOrder("a/odd", "b", "c", "d", "scalar", "none");
      assertThat(reader.floats("a/odd")).containsExactly(1.5f, Float.NaN, -0f);
      assertThat(reader.doubles("b")).containsExactly(Math.PI, Double.MIN_VALUE);
      assertThat(reader.ints("c")).containsExactly(Integer.MIN_VALUE, 7);
      assertThat(reader.longs("d")).containsExactly(Long.MAX_VALUE);
      assertThat(reader.floats("scalar")).containsExactly(4f);
      assertThat(reader.floats("none")).isEmpty();
      assertThat(reader.shape("b")).containsExactly(2, 1);
      assertThat(reader.shape("scalar")).isEmpty();
      assertThat(reader.type("c")).isEqualTo(DType.I32);
    }
  }

  @Test
  void theBytesAreTheFormat() throws IOException {
    new SafetensorsWriter().metadata("m", "1").add("w", new float[] {1, 2}, 2).write(file);
    String header =
        "{\"__metadata__\":{\"m\":\"1\"},\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    int padded = (header.length() + 7) / 8 * 8;
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.getLong()).isEqualTo(padded);
    byte[] text = new byte[padded];
    bytes.get(text);
    assertThat(new String(text, StandardCharsets.UTF_8))
        .isEqualTo(header + " ".repeat(padded - header.length()));
    assertThat(bytes.getFloat()).isEqualTo(1f);
    assertThat(bytes.getFloat()).isEqualTo(2f);
    assertThat(bytes.hasRemaining()).isFalse();
  }

  @Test
  void tensorsGoInAndOut() {
    try (Arena arena = new Arena(new HostMemory())) {
      Tensor tensor = arena.tensor(DType.F32, 2, 3);
      tensor.set(1, 2, 3, 4, 5, 6);
      Tensor steps = arena.tensor(DType.I64, 1);
      steps.set(new long[] {9});
      new SafetensorsWriter().add("t", tensor).add("steps", steps).write(file);
      Tensor wide = arena.tensor(DType.F64, 2, 3);
      try (SafetensorsReader reader = new SafetensorsReader(file)) {
        reader.read("t", wide);
        assertThat(wide.toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(reader.longs("steps")).containsExactly(9);
        assertThatThrownBy(() -> reader.read("t", steps))
            .isInstanceOf(DataException.class)
            .hasMessage(file + ": t: expected shape [1], found [2, 3]");
        assertThatThrownBy(() -> reader.doubles("t"))
            .hasMessage(file + ": t: expected F64, found F32");
        assertThatThrownBy(() -> reader.floats("u")).hasMessage(file + ": no tensor named u");
      }
    }
  }

  @Test
  void theWriterRefusesWhatCannotBeRead() {
    SafetensorsWriter writer = new SafetensorsWriter().add("w", new float[2], 2);
    assertThatThrownBy(() -> writer.add("w", new float[2], 2)).hasMessage("tensor name w is taken");
    assertThatThrownBy(() -> writer.add("__metadata__", new float[2], 2))
        .hasMessageContaining("is taken");
    assertThatThrownBy(() -> writer.add("v", new float[2], 3))
        .hasMessage("v: 2 values for shape [3]");
  }

  // ---- files that nobody should have written ----------------------------------------------------

  private static final String W = "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

  private void file(long headerBytes, String header, int dataBytes) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, bytes.putLong(headerBytes).put(text).array());
  }

  private void refused(String header, int dataBytes, String message) throws IOException {
    file(header.getBytes(StandardCharsets.UTF_8).length, header, dataBytes);
    refused(message);
  }

  private void refused(String message) {
    assertThatThrownBy(() -> new SafetensorsReader(file).close())
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  private static String tensor(String type, String shape, String offsets) {
    return "{\"w\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(type, shape, offsets);
  }

  @Test
  void lengthsAreChecked() throws IOException {
    refused("missing");
    Files.write(file, new byte[7]);
    refused("truncated: expected at least 8 bytes, found 7");
    file(100, "{}", 0);
    refused("header length: expected at most 2, found 100");
    file(-1, "{}", 0);
    refused("header length: expected at most 2, found 18446744073709551615");
    file(100_000_001, "{}", 0);
    refused("header length: expected at most 2, found 100000001");
    file(0, "", 0);
    refused("expected '{', found nothing");
    refused("{" + W + "}", 7, "expected 8 bytes of tensors, found 7");
    refused("{" + W + "}", 9, "expected 8 bytes of tensors, found 9");
    refused("{}", 1, "expected 0 bytes of tensors, found 1");
  }

  @Test
  void theHeaderIsOneObject() throws IOException {
    refused(" {" + W + "}", 8, "expected '{', found 0x20");
    refused("[1]", 0, "expected '{', found 0x5b");
    refused("{" + W, 8, "header at offset");
    refused("{" + W + "}\n", 8, "expected only spaces after the object");
    refused("{" + W + "}x", 8, "expected only spaces after the object");
    refused("{" + W + "}{}", 8, "expected only spaces after the object");
    refused("{\"w\":3}", 0, "w: expected START_OBJECT, found VALUE_NUMBER_INT");
    file(3, "{\u0080", 0);
    Files.write(file, new byte[] {3, 0, 0, 0, 0, 0, 0, 0, '{', (byte) 0x80, '}'});
    refused("expected UTF-8");
    Files.write(file, new byte[] {4, 0, 0, 0, 0, 0, 0, 0, '{', 0, '}', 0});
    refused("header at offset");
    refused("{\"a\":".repeat(5000), 0, "a: expected dtype, shape and data_offsets, found a");
  }

  @Test
  void trailingSpacesAreFine() throws IOException {
    String header = "{" + W + "}   ";
    file(header.length(), header, 8);
    try (SafetensorsReader reader = new SafetensorsReader(file)) {
      assertThat(reader.floats("w")).containsExactly(0f, 0f);
    }
  }

  @Test
  void nothingStandsTwice() throws IOException {
    refused("{" + W + "," + W + "}", 8, "Duplicate field");
    refused(
        "{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        8,
        "Duplicate field");
    refused("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}," + W + "}", 8, "Duplicate field");
    refused("{\"__metadata__\":{},\"__metadata__\":{}," + W + "}", 8, "Duplicate field");
  }

  @Test
  void metadataAreStrings() throws IOException {
    refused(
        "{\"__metadata__\":{\"a\":1}," + W + "}",
        8,
        "__metadata__.a: expected VALUE_STRING, found VALUE_NUMBER_INT");
  }

  @Test
  void fieldsAreComplete() throws IOException {
    refused(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2]}}",
        8,
        "w: expected dtype, shape and two data_offsets");
    refused(tensor("F32", "[2]", "[0]"), 8, "w: expected dtype, shape and two data_offsets");
    refused(tensor("F32", "[2]", "[0,8,8]"), 8, "w: expected dtype, shape and two data_offsets");
    refused(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}", 8, "found x");
    refused(
        tensor("F8", "[2]", "[0,8]"), 8, "w: dtype: expected U8, I32, I64, F32 or F64, found F8");
    refused(
        tensor("F32", "[1.5]", "[0,8]"),
        8,
        "w.shape: expected VALUE_NUMBER_INT, found VALUE_NUMBER_FLOAT");
    refused(
        tensor("F32", "[" + "1,".repeat(16) + "2]", "[0,8]"),
        8,
        "w: shape: expected at most 16 numbers");
  }

  @Test
  void sizesNeverOverflow() throws IOException {
    refused(tensor("F32", "[4194305,4194305,211106198978564]", "[0,16]"), 16, "is impossible");
    refused(tensor("F32", "[4611686018427387905]", "[0,4]"), 4, "is impossible");
    refused(
        tensor("F32", "[18446744073709551617]", "[0,4]"),
        4,
        "w: shape: expected 0..9223372036854775807");
    refused(
        tensor("F32", "[-1]", "[0,-4]"), 4, "w: shape: expected 0..9223372036854775807, found -1");
    refused(
        tensor("F32", "[2]", "[9223372036854775807,9223372036854775807]"),
        8,
        "data_offsets: expected 8 bytes");
    refused(
        tensor("F32", "[2]", "[8,0]"), 8, "data_offsets: expected 8 bytes for F32 [2], found 8..0");
    refused(
        tensor("F32", "[3]", "[0,8]"),
        8,
        "data_offsets: expected 12 bytes for F32 [3], found 0..8");
  }

  @Test
  void tensorsAreContiguous() throws IOException {
    refused(
        "{\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}," + W + "}",
        16,
        "v: data_offsets: expected to begin at 8, found 12");
    refused(
        "{\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}," + W + "}",
        8,
        "v: data_offsets: expected to begin at 8, found 4");
    refused(tensor("F32", "[2]", "[4,12]"), 12, "w: data_offsets: expected to begin at 0, found 4");
  }

  @Test
  void emptyTensorsMayShareAnOffset() throws IOException {
    String empty = "\"%s\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]},";
    String header = "{" + empty.formatted("a") + empty.formatted("b") + W + "}";
    file(header.length(), header, 8);
    try (SafetensorsReader reader = new SafetensorsReader(file)) {
      assertThat(reader.names()).containsExactly("a", "b", "w");
    }
  }

  @Test
  void tooManyTensorsAreRefused() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < 100_000; i++) {
      header
          .append(i == 0 ? "" : ",")
          .append("\"t%d\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}".formatted(i));
    }
    refused(header.append("}").toString(), 0, "expected at most 10000 tensors");
  }
}
