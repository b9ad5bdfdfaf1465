// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.Weights;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.lab.metrics.SafetensorsWriter;
import dev.secant.lab.probe.ProbeRequest;
import dev.secant.lab.probe.ProbeResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Probes of finished runs, and what they refuse. */
class RunProbeTest {
  @TempDir Path folder;

  private RunDirectory run(String name, String... options) {
    return TinyRun.run(folder.resolve(name), options);
  }

  /** A probe of the saved model finds what the run's last probe found. */
  @ParameterizedTest
  @CsvSource({"labelled", "recalibrate"})
  void theSavedStatisticsAreThoseOfTheLastProbe(String running) {
    Path images = SmallRuns.images(folder.resolve("images"), 64);
    RunDirectory run =
        run(
            running,
            "method=ict",
            "probe.weights=both",
            "bn.running=" + running,
            "dataset=folder",
            "data=" + images,
            "labels=15");
    List<ProbeMetric> probes = MetricsReader.read(run.metrics(), ProbeMetric.class);
    for (Weights weights : Weights.values()) {
      ProbeMetric expected = probes.get(probes.size() - (weights == Weights.EMA ? 2 : 1));
      assertThat(expected.weights()).isEqualTo(weights.name().toLowerCase(Locale.ROOT));
      ProbeMetric found = RunProbe.run(request(run.path(), null, weights)).probe();
      for (int l = 0; l < 6; l++) {
        double nonlin = expected.layers().get(l).nonlin();
        assertThat(found.layers().get(l).nonlin())
            .as(weights + " L" + l)
            .isCloseTo(nonlin, within(1e-5 * nonlin));
      }
    }
    try (SafetensorsReader model = new SafetensorsReader(run.model())) {
      assertThat(model.floats("bn/norm/mean")).isNotEqualTo(new float[64]);
    }
  }

  private static ProbeRequest request(Path run, Path data, Weights weights) {
    return request(run, data, weights, null);
  }

  private static ProbeRequest request(Path run, Path data, Weights weights, String backend) {
    return new ProbeRequest(
        run, data, null, null, null, weights, ProbeRequest.Statistics.EVAL, null, 1, backend, null);
  }

  @Test
  void aRunOfADeviceCanBeProbedOnTheCpu() {
    Path library = Path.of(System.getProperty("secant.emulated", "(unset)"));
    Assumptions.assumeTrue(
        Files.exists(library),
        "skipped: " + library + " is not there; ./secant test builds it with the native tests");
    RunDirectory run =
        run(
            "device",
            "method=erm",
            "steps=1",
            "batch=2",
            "test-limit=2",
            "backend=cuda",
            "cuda.convolutions=portable",
            "cuda.library=" + library);
    ProbeResult onDevice = RunProbe.run(request(run.path(), null, Weights.EMA));
    ProbeResult onCpu = RunProbe.run(request(run.path(), null, Weights.EMA, "cpu"));
    for (int l = 0; l < 6; l++) {
      assertThat(onCpu.probe().layers().get(l).nonlin())
          .isCloseTo(onDevice.probe().layers().get(l).nonlin(), within(1e-5));
    }
    // The same numbers in single precision, but not the same bits: two backends did compute them.
    assertThat(onCpu.probe().layers()).isNotEqualTo(onDevice.probe().layers());
  }

  /** As with train: a wrong call, not something that is missing here. */
  @Test
  void aPrecisionThatABackendNeverHasIsAWrongCall() {
    RunDirectory run = run("precise", "method=erm", "steps=1");
    for (String backend : new String[] {"cpu", null}) {
      ProbeRequest probe =
          new ProbeRequest(
              run.path(),
              null,
              null,
              null,
              null,
              Weights.EMA,
              ProbeRequest.Statistics.EVAL,
              null,
              1,
              backend,
              Arithmetic.TF32);
      RunEvaluation.Request evaluation =
          new RunEvaluation.Request(
              run.path(), null, null, Weights.EMA, null, 1, backend, Arithmetic.TF32);
      String of = backend == null ? "the run's" : "--backend";
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> RunProbe.run(probe), () -> RunEvaluation.run(evaluation, () -> {}))) {
        assertThatThrownBy(call)
            .isInstanceOf(UsageException.class)
            .hasMessage(
                "--precision tf32 contradicts backend cpu (%s): a CPU computes in fp32 or bf16",
                of);
      }
    }
  }

  /** The same images and weights as the run's last evaluation. */
  @Test
  void anEvaluationFindsWhatTheRunFound() {
    RunDirectory run = run("evaluated", "method=erm");
    RunEvaluation.Request request =
        new RunEvaluation.Request(run.path(), null, null, Weights.EMA, null, 1, null, null);
    RunEvaluation.Result result = RunEvaluation.run(request, () -> {});
    ProbeResult probed = RunProbe.run(request(run.path(), null, Weights.EMA));
    assertThat(result.confusion().images()).isEqualTo(64);
    assertThat(result.confusion().accuracy()).isEqualTo(probed.evaluation().accuracy());
    assertThat(result.confusion().loss()).isCloseTo(probed.evaluation().loss(), within(1e-9));
    assertThat(result.classes()).hasSize(10);
    assertThat(result.notes()).containsExactly("measured on the first 64 of 2000 test images");
    long counted = 0;
    for (long[] row : result.confusion().counts()) for (long n : row) counted += n;
    assertThat(counted).isEqualTo(64);
  }

  @Test
  void anEvaluationRefusesImagesThatAreNotForTheNetwork() throws IOException {
    RunDirectory run = run("narrow", "method=erm", "steps=1");
    for (String name : List.of("train/a/0.png", "train/b/0.png", "test/a/0.png", "test/b/0.png")) {
      Path file = folder.resolve("two").resolve(name);
      Files.createDirectories(file.getParent());
      java.awt.image.BufferedImage image =
          new java.awt.image.BufferedImage(32, 32, java.awt.image.BufferedImage.TYPE_INT_RGB);
      javax.imageio.ImageIO.write(image, "png", file.toFile());
    }
    RunEvaluation.Request request =
        new RunEvaluation.Request(
            run.path(),
            RunConfig.Dataset.FOLDER,
            folder.resolve("two"),
            Weights.EMA,
            null,
            1,
            null,
            null);
    assertThatThrownBy(() -> RunEvaluation.run(request, () -> {}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a network for 3 channels and 10 classes; folder has 3 and 2");
  }

  @Test
  void aProbeWantsTheDataOfTheRun() throws IOException {
    RunDirectory run = run("made", "method=erm", "steps=1");
    assertThatThrownBy(() -> RunProbe.run(request(run.path(), folder, Weights.EMA)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--data " + folder + " has no use with a run on made images")
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(2));
    String split = Files.readString(run.split());
    Files.writeString(run.split(), split.replace(MadeImages.standard().dataHash(), "0123abcd"));
    assertThatThrownBy(() -> RunProbe.run(request(run.path(), null, Weights.EMA)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "hash 0123abcd, found data with hash " + MadeImages.standard().dataHash());
  }

  @Test
  void aProbeWantsTheConfigurationOfTheModel() throws IOException {
    RunDirectory run = run("other", "method=erm", "steps=1");
    RunDirectory second = run("second", "method=ict", "steps=1");
    String yaml = Files.readString(run.config());
    Files.writeString(run.config(), yaml.replace("threads: 1", "threads: 2"));
    RunProbe.run(request(run.path(), null, Weights.EMA)); // says where a run happens, not what
    Files.writeString(run.config(), yaml.replace("bn.eps: 0.001", "bn.eps: 0.01"));
    assertThatThrownBy(() -> RunProbe.run(request(run.path(), null, Weights.EMA)))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            run.model() + ": expected a model of the configuration in " + run.config())
        .hasMessageEndingWith("; the model has bn.eps: 0.001, the file has bn.eps: 0.01")
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(3));
    Files.copy(second.model(), run.model(), StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(run.config(), yaml);
    assertThatThrownBy(() -> RunProbe.run(request(run.path(), null, Weights.EMA)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the model has alpha: 0.5,0.5, k: 2, method: ict, the file has");
    new SafetensorsWriter().add("w", new float[1], 1).write(run.model());
    assertThatThrownBy(() -> RunProbe.run(request(run.path(), null, Weights.EMA)))
        .isInstanceOf(DataException.class)
        .hasMessageEndingWith(", found none");
  }

  @Test
  void aProbeCanBeEnded() {
    RunDirectory run = run("made", "method=erm", "steps=1");
    AtomicInteger pauses = new AtomicInteger();
    RunProbe.run(request(run.path(), null, Weights.EMA), pauses::incrementAndGet);
    assertThat(pauses).hasValueGreaterThanOrEqualTo(3);
  }
}
