// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.secant.lab.data.ImageSet;
import dev.secant.lab.error.DivergedException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.lab.metrics.TrainMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run whose numbers leave the range of floats ends at once, and says in which layer. */
class DivergenceTest {
  @TempDir Path folder;

  private static String layer(int l, String name) {
    return "L%d (%s) is the first layer that is not finite: NaN in row ".formatted(l, name);
  }

  /** Weights of a run with one that is not a number. */
  private Path planted(String tensor, String... method) {
    Path file = folder.resolve(tensor.replace('/', '-') + ".safetensors");
    var config = TinyTraining.config(method);
    ImageSet set = TinyTraining.images(8);
    try (Session session = Session.open(config, () -> Trainer.split(config, set))) {
      boolean raw = tensor.startsWith("raw/");
      var params = raw ? session.model().raw() : session.model().ema();
      var weight = params.get(tensor.substring(4));
      double[] values = weight.toDoubles();
      values[values.length / 2] = Double.NaN;
      weight.set(values);
      ModelFile.save(file, session.model(), null, ModelFile.metadata(config));
    }
    return file;
  }

  private RunDirectory run(String name, String... options) {
    Path images = folder.resolve("images");
    if (!Files.exists(images)) SmallRuns.images(images);
    Path out = folder.resolve(name);
    Trainer.run(SmallRuns.config(images, out, options), new TrainListener() {});
    return new RunDirectory(out);
  }

  private static String[] with(String[] method, String... more) {
    List<String> all = new ArrayList<>(List.of(method));
    Collections.addAll(all, more);
    return all.toArray(String[]::new);
  }

  private static void requireDiverged(Throwable end, String... texts) {
    assertThat(end).isInstanceOf(DivergedException.class).hasMessageContainingAll(texts);
    assertThat(ExitCode.of(end)).isEqualTo(7);
  }

  // ---- planted ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "method=erm, raw/stem/kernel, 0, stem",
    "method=erm, raw/group1/unit1/conv2/kernel, 1, group 1",
    "method=mixup, raw/group2/unit1/conv1/kernel, 2, group 2",
    "method=ict k=2, raw/group2/unit1/conv1/kernel, 2, group 2",
    "method=ict k=2, raw/group3/unit1/shortcut/kernel, 3, group 3",
    "method=erm, raw/norm/gamma, 4, pooled features",
    "method=ict k=2, raw/dense/bias, 5, logits",
  })
  void theFirstLayerIsNamed(String words, String tensor, int l, String name) {
    String[] method = words.split(" ");
    Path weights = planted(tensor, method);
    Throwable end = catchThrowable(() -> run("run", with(method, "init=" + weights)));
    requireDiverged(end, "the loss is not finite at step 0: ", "; " + layer(l, name), "optim.lr");
  }

  @Test
  void aTeacherThatIsNotFiniteIsNamed() {
    String[] method = {"method=ict", "k=2"};
    Path weights = planted("ema/group1/unit1/conv1/kernel", method);
    requireDiverged(
        catchThrowable(() -> run("measured", with(method, "init=" + weights))),
        "the evaluation at step 0 is not finite: ",
        "; ema/group1/unit1/conv1/kernel holds NaN; ");
    requireDiverged(
        catchThrowable(() -> run("trained", with(method, "init=" + weights, "run.first-step=1"))),
        "the loss is not finite at step 1: ",
        "; L1 (group 1) of the target network is the first layer that is not finite: NaN in row ");
  }

  // ---- driven apart ----------------------------------------------------------------------------

  /** The weights grow by a factor of 20,000 a step: decay overshoots. */
  @ParameterizedTest
  @CsvSource({"method=erm", "method=ict k=2"})
  void aLearningRateThatIsFarTooLargeEndsTheRunAndKeepsTheLastFiniteCheckpoint(String words)
      throws IOException {
    String[] method =
        with(
            words.split(" "),
            "optim.lr=1e6",
            "steps=200",
            "eval-every=200",
            "probe-every=200",
            "log-every=1",
            "checkpoint.every-steps=1");
    Throwable end = catchThrowable(() -> run("run", method));
    requireDiverged(end, "not finite");
    RunDirectory directory = new RunDirectory(folder.resolve("run"));
    List<TrainMetric> lines = MetricsReader.read(directory.metrics(), TrainMetric.class);
    long last = lines.get(lines.size() - 1).step();
    assertThat(lines).allMatch(line -> Double.isFinite(line.loss()));
    assertThat(last).isLessThan(199);
    long saved = -1;
    for (String name : SmallRuns.names(directory.checkpoints())) {
      if (name.equals("latest")) continue;
      saved = Math.max(saved, Long.parseLong(name.replaceAll("\\D", "")));
      try (SafetensorsReader reader =
          new SafetensorsReader(directory.checkpoints().resolve(name))) {
        for (String tensor : reader.names())
          for (float value : reader.floats(tensor)) assertThat(Float.isFinite(value)).isTrue();
      }
    }
    assertThat(saved).isBetween(last - 1, last + 1);
    Path images = folder.resolve("images");
    var config = SmallRuns.config(images, directory.path(), method);
    assertThatThrownBy(() -> Trainer.resume(config, new TrainListener() {}))
        .as("the same from there")
        .hasMessage(end.getMessage());
  }

  /** Where losses are read later the layer is that of the update made last. */
  @Test
  void aDeviceNamesALayerToo() {
    Path library = Path.of(System.getProperty("secant.emulated", "(unset)"));
    Assumptions.assumeTrue(
        Files.exists(library),
        "skipped: " + library + " is not there; ./secant test builds it with the native tests");
    Path weights = planted("raw/group2/unit1/conv1/kernel", "method=erm");
    String[] cuda = {
      "method=erm",
      "init=" + weights,
      "backend=cuda",
      "cuda.library=" + library,
      "cuda.convolutions=portable",
      "steps=3",
      "eval-every=3",
      "probe-every=3",
      "test-limit=2"
    };
    requireDiverged(
        catchThrowable(() -> run("run", cuda)),
        "the loss is not finite at step 0: ",
        "; seen 2 updates later, when L0 (stem) is the first layer that is not finite: NaN");
    cuda[6] = "steps=1";
    requireDiverged(
        catchThrowable(() -> run("one", cuda)),
        "the loss is not finite at step 0: ",
        "; " + layer(2, "group 2"));
  }
}
