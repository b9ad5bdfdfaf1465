// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  private static final LayerNonLin LAYER =
      new LayerNonLin(2, 0.25, 0.5, 100.0, 0.125, 1e-7, 3e300, 0.1);

  @TempDir Path folder;

  @Test
  void linesAreTheContract() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    write(
        file,
        new TrainMetric(3, 1.5, 1.25, 0.0025, 100),
        new TrainMetric(4, 1.5, 1.5, null, 0),
        new EvalMetric(5, 1000, "ema", 0.5, 1.75),
        new ProbeMetric(5, 12.5, "raw", 2, 0.5, "abc", List.of(LAYER)));
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "{\"type\":\"train\",\"step\":3,\"loss\":1.5,\"loss_supervised\":1.25,\"loss_consistency\":0.0025,\"weight\":100.0}",
            "{\"type\":\"train\",\"step\":4,\"loss\":1.5,\"loss_supervised\":1.5,\"loss_consistency\":null,\"weight\":0.0}",
            "{\"type\":\"eval\",\"step\":5,\"train_time\":1000.0,\"weights\":\"ema\",\"accuracy\":0.5,\"loss\":1.75}",
            "{\"type\":\"probe\",\"step\":5,\"train_time\":12.5,\"weights\":\"raw\",\"k\":2,\"alpha\":0.5,\"pairs_hash\":\"abc\","
                + "\"layers\":[{\"layer\":2,\"nonlin\":0.25,\"stderr\":0.5,\"sum\":100.0,\"nonlin_squared\":0.125,"
                + "\"floor\":1.0E-7,\"relative\":3.0E300,\"one_minus_cos\":0.1}]}");
  }

  @Test
  void everyNumberReadsBackExactly() {
    SplittableRandom random = new SplittableRandom(1);
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      double any = Double.longBitsToDouble(random.nextLong());
      float single = Float.intBitsToFloat(random.nextInt());
      metrics.add(new TrainMetric(i, any, single, Math.nextUp(random.nextDouble()), -0.0));
    }
    metrics.add(
        new TrainMetric(
            0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE));
    metrics.add(new ProbeMetric(Long.MAX_VALUE, 1000, "ema", 16, 0.1, "f", List.of(LAYER, LAYER)));
    Path file = folder.resolve("metrics.jsonl");
    write(file, metrics.toArray(new Metric[0]));
    assertThat(MetricsReader.read(file)).isEqualTo(metrics);
    assertThat(MetricsReader.read(file, ProbeMetric.class)).hasSize(1);
  }

  private static void write(Path file, Metric... metrics) {
    try (MetricsWriter writer = new MetricsWriter(file)) {
      for (Metric metric : metrics) writer.write(metric);
    }
  }

  @Test
  void aLineIsThereBeforeTheNext() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    try (MetricsWriter writer = new MetricsWriter(file)) {
      writer.write(new EvalMetric(0, 0, "ema", 0.1, 2.3));
      assertThat(Files.readString(file)).endsWith("}\n");
    }
  }

  @Test
  void anInterruptHarmsNoFile() {
    Path file = folder.resolve("metrics.jsonl");
    Thread.currentThread().interrupt();
    write(file, new EvalMetric(0, 0, "ema", 0.1, 2.3), new EvalMetric(1, 0, "ema", 0.1, 2.3));
    AtomicFile.write(folder.resolve("summary.json"), new byte[] {1});
    assertThat(Thread.interrupted()).as("the interrupt is still there to be seen").isTrue();
    assertThat(MetricsReader.read(file)).hasSize(2);
    assertThat(folder.resolve("summary.json")).hasBinaryContent(new byte[] {1});
  }

  @Test
  void timingReadsBack() {
    Path file = folder.resolve("timing.jsonl");
    try (TimingWriter writer = new TimingWriter(file)) {
      writer.write(new TimingMetric(7, 1.25, 312.5));
    }
    assertThat(MetricsReader.readTiming(file)).containsExactly(new TimingMetric(7, 1.25, 312.5));
  }

  @Test
  void anExistingFileIsNeverContinued() throws IOException {
    Path file = Files.createFile(folder.resolve("metrics.jsonl"));
    assertThatThrownBy(() -> new MetricsWriter(file))
        .isInstanceOf(IoFailureException.class)
        .hasMessageContaining("metrics.jsonl");
  }

  @Test
  void aFullDiskIsAnIoFailure() throws IOException {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "skipped: no /dev/full here");
    try (JsonLines lines = new JsonLines(full, new RandomAccessFile(full.toFile(), "rw"))) {
      assertThatThrownBy(() -> lines.write(MetricsWriter.toJson(new TrainMetric(1, 1, 1, null, 0))))
          .isInstanceOf(IoFailureException.class)
          .hasMessage("cannot write /dev/full: No space left on device")
          .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(6));
    }
  }

  @Test
  void aTornLastLineIsNotRead() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    write(file, new EvalMetric(0, 0, "ema", 0.1, 2.3));
    Files.writeString(file, "{\"type\":\"eval\",\"st", StandardOpenOption.APPEND);
    assertThat(MetricsReader.read(file)).hasSize(1);
  }

  @Test
  void damageIsNamedWithItsLine() throws IOException {
    refused("nonsense\n", ":1: not JSON");
    refused("\n", ":1: expected a JSON object");
    refused("{\"type\":\"other\"}\n", ":1: type: expected train, eval or probe, found \"other\"");
    refused("{\"type\":\"train\",\"step\":1.5}\n", ":1: step: expected an integer, found 1.5");
    refused(
        "{\"type\":\"train\",\"step\":1,\"loss\":\"x\"}\n",
        ":1: loss: expected a number, found \"x\"");
    refused("{\"type\":\"train\",\"step\":1,\"step\":2}\n", ":1: not JSON: Duplicate field");
    refused(
        "{\"type\":\"eval\",\"step\":1,\"train_time\":0,\"weights\":3}\n",
        ":1: weights: expected a string, found 3");
    String probe =
        "{\"type\":\"probe\",\"step\":1,\"train_time\":0,\"weights\":\"ema\",\"k\":2,\"layers\":3}\n";
    refused(probe, ":1: layers: expected an array, found 3");
    assertThatThrownBy(() -> MetricsReader.read(folder.resolve("none")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none: missing");
  }

  private void refused(String content, String message) throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    Files.writeString(file, content);
    assertThatThrownBy(() -> MetricsReader.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }
}
