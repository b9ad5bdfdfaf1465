// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.secant.lab.data.Images;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.train.Trainer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code secant export} of a run of a few steps. */
class ExportCommandTest {
  private static final int IMAGES = 64;

  @TempDir static Path folder;
  private static Path run;

  private static final Calls SECANT =
      new Calls(new Launchers(Trainer::run, null, null, new StopRequest()));

  @BeforeAll
  static void train() {
    run = folder.resolve("run");
    String options =
        "train --quiet --depth 10 --width 1 --batch 16 --labels 50 --steps 4 --eval-every 2"
            + " --probe-every 2 --threads 1 -o log-every=4 --backend cpu --test-limit "
            + IMAGES
            + " --out "
            + run;
    assertThat(SECANT.run(options.split(" "))).as(SECANT.err()).isEqualTo(0);
  }

  @Test
  void theGraphHasTheAccuracyThatTheRunEndedWith() throws IOException, OrtException {
    Path file = folder.resolve("net.onnx");
    assertThat(SECANT.run("export", "--run", run.toString(), "--onnx", file.toString()))
        .isEqualTo(0);
    assertThat(SECANT.out()).startsWith(file + ": " + Files.size(file) + " bytes");
    List<EvalMetric> evaluations =
        MetricsReader.read(run.resolve("metrics.jsonl"), EvalMetric.class);
    EvalMetric last = evaluations.get(evaluations.size() - 1);
    Images test = MadeImages.standard().test().first(IMAGES);
    float[] input = new float[test.pixels().length];
    int pixels = test.height() * test.width();
    for (int i = 0; i < input.length; i++) {
      int at = (i / 3 / pixels * 3 + i % 3) * pixels + i / 3 % pixels;
      input[at] = (test.pixels()[i] & 0xff) / 127.5f - 1;
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = {IMAGES, 3, test.height(), test.width()};
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor images = OnnxTensor.createTensor(environment, FloatBuffer.wrap(input), shape);
        OrtSession.Result result = session.run(Map.of("images", images))) {
      float[][] logits = (float[][]) result.get("logits").orElseThrow().getValue();
      double loss = 0;
      for (int n = 0; n < IMAGES; n++) {
        double sum = 0;
        for (float z : logits[n]) sum += Math.exp(z);
        loss += Math.log(sum) - logits[n][test.labels()[n]];
      }
      assertThat(loss / IMAGES).isCloseTo(last.loss(), within(1e-4 * last.loss()));
      Map<String, String> metadata = session.getMetadata().getCustomMetadata();
      assertThat(metadata).containsEntry("weights", "ema").containsKeys("config", "config_hash");
    }
  }

  @Test
  void theArraysAreTheProbesOfTheMetrics() throws IOException {
    Path file = folder.resolve("probes.npz");
    assertThat(SECANT.run("export", "--run", run.toString(), "--npz", file.toString()))
        .isEqualTo(0);
    List<ProbeMetric> probes = MetricsReader.read(run.resolve("metrics.jsonl"), ProbeMetric.class);
    Map<String, byte[]> arrays = arrays(file);
    assertThat(arrays.keySet())
        .containsExactlyInAnyOrder(
            "step.npy",
            "train_time.npy",
            "nonlin.npy",
            "stderr.npy",
            "nonlin_squared.npy",
            "floor.npy",
            "relative.npy",
            "one_minus_cos.npy");
    assertThat(text(arrays.get("step.npy")))
        .contains("{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }");
    assertThat(text(arrays.get("floor.npy")))
        .contains("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 6,), }");
    ByteBuffer steps = data(arrays.get("step.npy"));
    ByteBuffer floors = data(arrays.get("floor.npy"));
    for (ProbeMetric p : probes) {
      assertThat(steps.getLong()).isEqualTo(p.step());
      p.layers().forEach(l -> assertThat(floors.getDouble()).isEqualTo(l.floor()));
    }
    assertThat(floors.hasRemaining()).isFalse();
    byte[] first = Files.readAllBytes(file);
    String[] again = {"export", "--run", run.toString(), "--npz", file.toString(), "--overwrite"};
    assertThat(SECANT.run(again)).isEqualTo(0);
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
  }

  private static Map<String, byte[]> arrays(Path npz) throws IOException {
    Map<String, byte[]> all = new TreeMap<>();
    byte[] bytes = Files.readAllBytes(npz);
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry e; (e = zip.getNextEntry()) != null; ) all.put(e.getName(), zip.readAllBytes());
    }
    return all;
  }

  private static String text(byte[] npy) {
    return new String(npy, StandardCharsets.ISO_8859_1);
  }

  private static ByteBuffer data(byte[] npy) {
    ByteBuffer all = ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN);
    int start = 10 + all.getShort(8);
    assertThat(start % 64).isZero();
    return all.slice(start, npy.length - start).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void refusesWhatItCannotDo() throws IOException {
    String dir = run.toString();
    assertThat(SECANT.run("export", "--run", dir)).isEqualTo(2);
    assertThat(SECANT.err()).contains("--onnx FILE, --npz FILE or both");
    assertThat(SECANT.run("export", "--onnx", "x.onnx")).isEqualTo(2);
    Path there = Files.writeString(folder.resolve("there"), "mine");
    assertThat(SECANT.run("export", "--run", dir, "--npz", there.toString())).isEqualTo(2);
    assertThat(SECANT.err()).contains("is there already");
    assertThat(Files.readString(there)).isEqualTo("mine");
    assertThat(SECANT.run("export", "--run", dir, "--npz", folder.toString())).isEqualTo(2);
    String lost = folder.resolve("a/b.npz").toString();
    assertThat(SECANT.run("export", "--run", dir, "--npz", lost)).isEqualTo(6);
    assertThat(SECANT.err()).contains(lost);
    Path raw = folder.resolve("raw.npz");
    String[] words = {"export", "--run", dir, "--npz", raw.toString(), "--weights", "raw"};
    assertThat(SECANT.run(words)).isEqualTo(3);
    assertThat(SECANT.err()).contains("no probe of raw weights");
    assertThat(SECANT.run("export", "--run", folder.toString(), "--onnx", raw.toString()))
        .isEqualTo(3);
    assertThat(raw).doesNotExist();
  }

  @Test
  void saysWhatItWroteAsJson() throws IOException {
    Path onnx = folder.resolve("json.onnx");
    assertThat(SECANT.run("export", "--run", run.toString(), "--onnx", onnx.toString(), "--json"))
        .isEqualTo(0);
    assertThat(new ObjectMapper().readTree(SECANT.out()).get("onnx").asText())
        .isEqualTo(onnx.toString());
  }
}
