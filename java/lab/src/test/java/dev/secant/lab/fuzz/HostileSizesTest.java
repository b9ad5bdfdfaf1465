// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.data.DataParsers;
import dev.secant.lab.data.Split;
import dev.secant.lab.data.SplitFile;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.grid.GridSource;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.SafetensorsReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Input too large for a corpus: made here, and refused within the bounds of {@link Hostile}. */
class HostileSizesTest {
  private static final int MIB = 1 << 20;
  private static final int YAML = 2 * MIB;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("hostile");
  }

  private void refused(int exitCode, Supplier<?> parser, String message) {
    assertThat(Hostile.offer(exitCode, file.toString(), parser)).isEmpty();
    assertThatThrownBy(parser::get).hasMessageContaining(message);
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }

  /** A file of so many bytes that takes no room on the disk. */
  private void sparse(byte[] start, long bytes) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(start);
      out.setLength(bytes);
    }
  }

  private Supplier<?> config() {
    return () -> new ConfigResolver(1).file(file).resolve();
  }

  // ---- YAML ------------------------------------------------------------------------------------

  @Test
  void tenMebibytesOfYaml() throws IOException {
    write("k: 2\n".repeat(2 * MIB));
    refused(ExitCode.USAGE, config(), "expected a configuration file of at most 2097152");
    refused(ExitCode.USAGE, () -> GridSource.read(file), "expected a grid file of at most 2097152");
  }

  /** Each as large as a file may be. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "format: %sx",
        "format%s: 1",
        "method: '%s'",
        "'%s': 1",
        "[",
        "? ",
        "- ",
        "a: &a %s"
      })
  void allOfAFileInOnePiece(String form) throws IOException {
    String filling = form.contains("%s") ? " ".repeat(YAML - 20) : "";
    write(form.contains("%s") ? form.formatted(filling) : form.repeat(YAML / form.length()));
    assertThat(Hostile.offer(ExitCode.USAGE, file.toString(), config())).isEmpty();
    write(form.contains("%s") ? form.formatted(filling.replace(' ', 'x')) : form);
    assertThat(Hostile.offer(ExitCode.USAGE, file.toString(), config())).isEmpty();
  }

  @Test
  void aScalarThatManyAliasesRepeat() throws IOException {
    write("alpha: [&a '" + "1".repeat(MIB) + "'" + ", *a".repeat(200_000) + "]\n");
    refused(ExitCode.USAGE, config(), "an alias of this is of no use here and refused");
  }

  @Test
  void axesThatMultiply() throws IOException {
    String axis =
        IntStream.range(1, 101).mapToObj(Integer::toString).collect(Collectors.joining(","));
    write("seed: [" + axis + "]\nlabels: [" + axis + "]\n");
    assertThat(GridSource.read(file).cells()).hasSize(10_000);
    write("seed: [" + axis + "]\nlabels: [" + axis + "]\nmethod: [erm, mixup2]\n");
    refused(ExitCode.USAGE, () -> GridSource.read(file).cells(), "more than 10000 cells");
  }

  // ---- JSON ------------------------------------------------------------------------------------

  @Test
  void aLargeSummary() throws IOException {
    write("[" + "{},".repeat(4 * MIB / 3) + "{}]");
    refused(ExitCode.DATA, () -> Json.read(file), "expected at most 4194304 bytes, found 4194307");
    write("[" + "{},".repeat(MIB) + "{}]");
    assertThat(Hostile.offer(ExitCode.DATA, file.toString(), () -> Json.read(file))).isPresent();
  }

  @Test
  void aLargeSplit() throws IOException {
    sparse("{".getBytes(StandardCharsets.US_ASCII), 1L << 40);
    refused(ExitCode.DATA, () -> SplitFile.dataHash(file), "expected at most 33554432 bytes");
    write("{\"labelled\":[" + "1,".repeat(8 * MIB) + "1]}");
    refused(ExitCode.DATA, () -> SplitFile.dataHash(file), "expected the field data_hash");
  }

  /** As large a set as there is, SVHN with its further images, is read. */
  @Test
  void aSplitOfManyImages() {
    int[] all = IntStream.range(0, 604_388).toArray();
    SplitFile.write(file, new Split(1, false, true, "d", new int[] {0, 0}, new int[0], all));
    assertThat(Hostile.offer(ExitCode.DATA, file.toString(), () -> SplitFile.classes(file)))
        .hasValue(2);
  }

  @Test
  void anEndlessLineOfMetrics() throws IOException {
    write("x".repeat(2 * MIB));
    refused(ExitCode.DATA, () -> MetricsReader.read(file), "expected a line of at most 1048576");
  }

  @Test
  void packedMetricsOfAGibibyte() throws IOException {
    file = folder.resolve("metrics.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      byte[] spaces = " ".repeat(MIB).getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 1024; i++) out.write(spaces);
    }
    assertThat(Files.size(file)).isLessThan(2 * MIB);
    refused(ExitCode.DATA, () -> MetricsReader.read(file), "expected a line of at most 1048576");
  }

  // ---- tensors ---------------------------------------------------------------------------------

  private void header(String json, long dataBytes) throws IOException {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    ByteBuffer start = ByteBuffer.allocate(8 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    sparse(start.putLong(text.length).put(text).array(), 8 + text.length + dataBytes);
  }

  private Supplier<?> tensors() {
    return () -> {
      try (SafetensorsReader reader = new SafetensorsReader(file)) {
        return reader.names().stream().map(reader::bytes).toList();
      }
    };
  }

  @Test
  void aHundredThousandTensors() throws IOException {
    header(
        IntStream.range(0, 100_000)
            .mapToObj("\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"::formatted)
            .collect(Collectors.joining(",", "{", "}")),
        0);
    refused(ExitCode.DATA, tensors(), "expected at most 10000 tensors");
  }

  @Test
  void aHeaderOfNinetyMegabytes() throws IOException {
    byte[] start = new byte[8];
    ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).putLong(90_000_000);
    sparse(start, 100_000_000);
    refused(ExitCode.DATA, tensors(), "header length: expected at most 8388608, found 90000000");
  }

  @Test
  void aHeaderAsLargeAsItMayBe() throws IOException {
    header(
        IntStream.range(0, 600_000)
            .mapToObj("\"%06d\":\"\""::formatted)
            .collect(Collectors.joining(",", "{\"__metadata__\":{", "}}")),
        0);
    assertThat(Hostile.offer(ExitCode.DATA, file.toString(), tensors())).isPresent();
  }

  @Test
  void aTensorOfThreeGibibytes() throws IOException {
    long bytes = 3L << 30;
    header(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[%1$d],\"data_offsets\":[0,%1$d]}}".formatted(bytes),
        bytes);
    refused(ExitCode.DATA, tensors(), "a: expected less than 2 GiB, found 3221225472 bytes");
  }

  // ---- images ----------------------------------------------------------------------------------

  @Test
  void anImageFileOfManyMegabytes() throws IOException {
    sparse(new byte[] {(byte) 0xFF, (byte) 0xD8}, 1L << 40);
    refused(ExitCode.DATA, () -> DataParsers.image(file), "expected at most 16777216 bytes");
  }

  @Test
  void sixHundredScans() throws IOException {
    byte[] jpeg =
        HostileSizesTest.class
            .getResourceAsStream("ImageFuzzTestInputs/reads/600-scans.jpg")
            .readAllBytes();
    Files.write(file, java.util.Arrays.copyOfRange(jpeg, 1, jpeg.length));
    refused(ExitCode.DATA, () -> DataParsers.image(file), "expected at most 500 scans");
  }

  /** 200 MB of labels in a megabyte. */
  @Test
  void labelsThatUnpackToManyMegabytes() throws IOException {
    int labels = 200 * MIB;
    ByteBuffer head = ByteBuffer.allocate(56).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(14).putInt(labels + 48).putInt(6).putInt(8).putInt(9).putInt(0);
    head.putInt(5)
        .putInt(8)
        .putInt(labels)
        .putInt(1)
        .putInt(1 << 16 | 1)
        .putInt('y')
        .putInt(2)
        .putInt(labels);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new DeflaterOutputStream(packed)) {
      out.write(head.array());
      byte[] ones = new byte[MIB];
      java.util.Arrays.fill(ones, (byte) 1);
      for (int i = 0; i < 200; i++) out.write(ones);
    }
    packed.writeBytes(new byte[2 * MIB]); // so that the ratio is no reason
    ByteBuffer mat = ByteBuffer.allocate(136 + packed.size()).order(ByteOrder.LITTLE_ENDIAN);
    mat.put("MATLAB 5.0 MAT-file".getBytes(StandardCharsets.US_ASCII)).position(124);
    mat.putShort((short) 0x100).put((byte) 'I').put((byte) 'M').putInt(15).putInt(packed.size());
    byte[] content = mat.put(packed.toByteArray()).array();
    refused(
        ExitCode.DATA,
        () -> DataParsers.digits(file, content),
        "209715200 labels, expected at most 699050");
  }

  // ---- messages --------------------------------------------------------------------------------

  @Test
  void whatAFileSaysStaysOneLine() {
    assertThat(new DataException("a\u001b[2J\r\n b\u0000\u007f")).hasMessage("a?[2J b??");
    assertThat(new UsageException("x".repeat(10_000)).getMessage())
        .hasSizeLessThan(4100)
        .contains("x [6000 characters] x");
  }
}
