// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.data.Split;
import dev.secant.lab.data.SplitFile;
import dev.secant.lab.error.DivergedException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.lab.metrics.TrainMetric;
import dev.secant.nn.ParamLayout;
import dev.secant.nn.WideResNetSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A whole run, from a configuration to its folder, as scripts may rely on it; on made images with a
 * tiny network. Holds T15 too: every method and seed measures the same pairs.
 */
class TrainerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ImageSet MADE = MadeImages.standard();

  @TempDir Path folder;

  private RunConfig config(String name, String... options) {
    return TinyRun.config(folder.resolve(name), options);
  }

  private RunDirectory run(String name, String... options) {
    return TinyRun.run(folder.resolve(name), options);
  }

  // ---- files -----------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"erm, 1", "mixup, 2", "ict, 3"})
  void aRunLeavesItsFilesWithTheirFields(String method, int k) throws IOException {
    RunConfig config = config(method, "method=" + method, "k=" + k, "probe.weights=both");
    Trainer.run(config, new TrainListener() {});
    RunDirectory directory = RunDirectory.open(config.run().out());
    assertThat(names(directory.path()))
        .containsExactly(
            "config.yaml",
            "metrics.jsonl",
            "model.safetensors",
            "split.json",
            "summary.json",
            "timing.jsonl");
    requireConfig(directory, config);
    requireSplit(directory);
    requireMetrics(directory, method.equals("ict"));
    requireTiming(directory);
    requireSummary(directory, method, k);
    requireModel(directory);
  }

  private static List<String> names(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static void requireConfig(RunDirectory directory, RunConfig config) {
    assertThat(ConfigYaml.read(directory.config())).isEqualTo(config);
  }

  private static void requireSplit(RunDirectory directory) {
    Split split = SplitFile.read(directory.split(), MADE);
    assertThat(split.labelled()).hasSize(50);
    assertThat(split.classCounts()).hasSize(10).containsOnly(5);
    assertThat(split.unlabelled()).hasSize(9_950);
  }

  private void requireMetrics(RunDirectory directory, boolean ict) throws IOException {
    List<TrainMetric> train = MetricsReader.read(directory.metrics(), TrainMetric.class);
    assertThat(train).extracting(TrainMetric::step).containsExactly(0L, 2L, 4L, 5L);
    for (TrainMetric m : train) {
      assertThat(m.weight()).isEqualTo(ict ? (float) Math.min(100, 100 * m.step() / 2.4) : 0);
      if (ict) assertThat(m.lossConsistency()).isNotNull().isPositive();
      else assertThat(m.lossConsistency()).isNull();
      double consistency = ict ? m.weight() * m.lossConsistency() : 0;
      assertThat(m.loss()).isCloseTo(m.lossSupervised() + consistency, within(1e-12));
    }
    List<EvalMetric> evaluations = MetricsReader.read(directory.metrics(), EvalMetric.class);
    assertThat(evaluations)
        .extracting(EvalMetric::step)
        .containsExactly(0L, 0L, 2L, 2L, 4L, 4L, 6L, 6L);
    assertThat(evaluations.get(2).trainTime()).isCloseTo(1000.0 / 3, within(1e-9));
    List<ProbeMetric> probes = MetricsReader.read(directory.metrics(), ProbeMetric.class);
    assertThat(probes).extracting(ProbeMetric::step).containsExactly(0L, 0L, 3L, 3L, 6L, 6L);
    assertThat(probes).extracting(ProbeMetric::weights).startsWith("ema", "raw");
    for (ProbeMetric probe : probes) {
      assertThat(probe.k()).isEqualTo(2);
      assertThat(probe.alpha()).isEqualTo(0.5);
      assertThat(probe.layers()).hasSize(6);
    }
    requireFields(directory.metrics());
  }

  /** Exactly the fields of the contract, none of them a time of the clock. */
  private static void requireFields(Path metrics) throws IOException {
    for (String line : Files.readAllLines(metrics)) {
      JsonNode node = JSON.readTree(line);
      Set<String> expected =
          switch (node.get("type").textValue()) {
            case "train" ->
                Set.of("type", "step", "loss", "loss_supervised", "loss_consistency", "weight");
            case "eval" -> Set.of("type", "step", "train_time", "weights", "accuracy", "loss");
            case "probe" ->
                Set.of(
                    "type", "step", "train_time", "weights", "k", "alpha", "pairs_hash", "layers");
            default -> throw new AssertionError(line);
          };
      assertThat(fields(node)).isEqualTo(new TreeSet<>(expected));
      for (JsonNode layer : node.path("layers")) {
        assertThat(fields(layer))
            .containsExactlyInAnyOrder(
                "layer",
                "nonlin",
                "stderr",
                "sum",
                "nonlin_squared",
                "floor",
                "relative",
                "one_minus_cos");
      }
    }
  }

  private static Set<String> fields(JsonNode node) {
    Set<String> names = new TreeSet<>();
    for (Iterator<String> i = node.fieldNames(); i.hasNext(); ) names.add(i.next());
    return names;
  }

  private static void requireTiming(RunDirectory directory) throws IOException {
    List<String> lines = Files.readAllLines(directory.timing());
    assertThat(lines).hasSize(4);
    for (String line : lines) {
      assertThat(fields(JSON.readTree(line)))
          .containsExactlyInAnyOrder("step", "seconds", "images_per_second");
    }
  }

  private static void requireSummary(RunDirectory directory, String method, int k)
      throws IOException {
    JsonNode s = JSON.readTree(directory.summary().toFile());
    assertThat(fields(s))
        .contains(
            "alpha",
            "probe_alpha",
            "accuracy",
            "nonlin",
            "steps",
            "seed",
            "data_hash",
            "lossy",
            "split_hash",
            "pairs_hash",
            "classes",
            "parameters",
            "multiply_adds",
            "revision",
            "backend",
            "versions",
            "seconds",
            "energy_joules",
            "energy_source",
            "images_per_second",
            "host");
    assertThat(s.get("method").textValue()).isEqualTo(method);
    assertThat(s.get("k").intValue()).isEqualTo(k);
    assertThat(s.get("steps").intValue()).isEqualTo(TinyRun.STEPS);
    assertThat(s.get("lossy").booleanValue()).isFalse();
    assertThat(s.get("nonlin")).hasSize(6);
    assertThat(s.get("accuracy").doubleValue()).isBetween(0.0, 1.0);
    assertThat(s.get("images_per_second").doubleValue()).isPositive();
    assertThat(s.get("classes").intValue()).isEqualTo(10);
    if (s.get("energy_joules").isNull())
      assertThat(s.get("energy_source").textValue()).startsWith("not recorded: ");
    else assertThat(s.get("energy_joules").doubleValue()).isNotNegative();
    assertThat(s.get("split_hash").textValue())
        .isEqualTo(SplitFile.read(directory.split(), MADE).hash());
    assertThat(s.get("notes").toString()).contains("first 64 of 2000 test images");
    List<ProbeMetric> probes =
        MetricsReader.read(directory.metrics(), ProbeMetric.class).stream()
            .filter(p -> p.weights().equals("ema"))
            .toList();
    for (int l = 0; l < 6; l++) {
      int layer = l;
      double mean =
          probes.stream().mapToDouble(p -> p.layers().get(layer).nonlin()).average().orElseThrow();
      assertThat(s.get("nonlin").get(l).doubleValue()).isCloseTo(mean, within(1e-12));
    }
  }

  @Test
  void theSummaryTellsTheAlphaOfTrainingFromTheOneOfProbes() throws IOException {
    RunDirectory run =
        run("alpha", "k=3", "alpha=0.1,0.2,0.3", "probe.alpha=0.7", "steps=1", "test-limit=8");
    JsonNode s = JSON.readTree(run.summary().toFile());
    assertThat(s.get("alpha").toString()).isEqualTo("[0.1,0.2,0.3]");
    assertThat(s.get("probe_alpha").doubleValue()).isEqualTo(0.7);
  }

  private static void requireModel(RunDirectory directory) {
    WideResNetSpec spec = new WideResNetSpec(10, 1, 32, 32, 3, 10, false, WideResNetSpec.BN_EPS);
    try (SafetensorsReader model = new SafetensorsReader(directory.model())) {
      List<String> expected = new ArrayList<>();
      for (ParamLayout.Entry e : spec.parameters().entries()) {
        expected.add("ema/" + e.name());
        expected.add("raw/" + e.name());
        assertThat(model.shape("raw/" + e.name())).isEqualTo(e.shape().dims());
      }
      for (ParamLayout.Entry e : spec.statistics().entries()) expected.add("bn/" + e.name());
      assertThat(model.names()).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(model.metadata()).containsOnlyKeys("layout", "format", "config_hash", "config");
      assertThat(model.floats("raw/dense/kernel")).isNotEqualTo(model.floats("ema/dense/kernel"));
    }
  }

  // ---- determinism -----------------------------------------------------------------------------

  @Test
  void equalSeedsGiveEqualBytesAndOthersDoNot() throws IOException {
    RunDirectory first = run("first", "method=ict", "seed=3");
    RunDirectory again = run("again", "method=ict", "seed=3");
    RunDirectory other = run("other", "method=ict", "seed=4");
    assertThat(Files.readString(again.metrics())).isEqualTo(Files.readString(first.metrics()));
    assertThat(Files.readAllBytes(again.split())).isEqualTo(Files.readAllBytes(first.split()));
    assertThat(Files.readAllBytes(again.model())).isEqualTo(Files.readAllBytes(first.model()));
    assertThat(Files.readString(other.metrics())).isNotEqualTo(Files.readString(first.metrics()));
    assertThat(Files.readAllBytes(other.split())).isNotEqualTo(Files.readAllBytes(first.split()));
  }

  /** T15. */
  @Test
  void everyMethodAndSeedMeasuresTheSamePairs() throws IOException {
    Set<String> hashes = new TreeSet<>();
    hashes.add(pairsHash(run("erm", "method=erm", "steps=1", "seed=0")));
    hashes.add(pairsHash(run("mixup", "method=mixup", "steps=1", "seed=1")));
    hashes.add(pairsHash(run("ict", "method=ict", "k=4", "steps=1", "seed=2")));
    assertThat(hashes).hasSize(1);
    assertThat(pairsHash(run("fewer", "method=erm", "steps=1", "test-limit=63")))
        .as("other images are other pairs")
        .isNotIn(hashes);
  }

  private static String pairsHash(RunDirectory directory) throws IOException {
    Set<String> hashes = new TreeSet<>();
    for (ProbeMetric p : MetricsReader.read(directory.metrics(), ProbeMetric.class)) {
      hashes.add(p.pairsHash());
    }
    hashes.add(JSON.readTree(directory.summary().toFile()).get("pairs_hash").textValue());
    assertThat(hashes).hasSize(1);
    return hashes.iterator().next();
  }

  @Test
  void aRunMayStartFromTheWeightsOfAnother() throws IOException {
    RunDirectory first = run("first", "method=erm");
    RunDirectory second = run("second", "method=erm", "init=" + first.model());
    List<ProbeMetric> before = MetricsReader.read(first.metrics(), ProbeMetric.class);
    List<ProbeMetric> after = MetricsReader.read(second.metrics(), ProbeMetric.class);
    assertThat(after.get(0).layers()).isEqualTo(before.get(before.size() - 1).layers());
  }

  // ---- what goes wrong -------------------------------------------------------------------------

  @Test
  void aLossThatIsNotFiniteEndsTheRun() throws IOException {
    assertThatThrownBy(() -> run("diverged", "method=erm", "optim.lr=1e30"))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("the loss is not finite at step ")
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(7));
    assertThat(names(folder.resolve("diverged")))
        .as("nothing half-written, no summary")
        .doesNotContain("summary.json", "model.safetensors")
        .noneMatch(name -> name.endsWith(".tmp"));
  }

  /** The weights of the last step are nobody's loss any more: only measurements see them. */
  @Test
  void divergenceInTheLastStepIsNoticed() throws IOException {
    assertThatThrownBy(() -> run("last", "method=erm", "optim.lr=1e38", "steps=1"))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("at step 1 is not finite")
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(7));
    assertThat(names(folder.resolve("last"))).doesNotContain("summary.json", "model.safetensors");
    assertThat(Files.readString(folder.resolve("last/metrics.jsonl"))).contains("\"NaN\"");
  }

  @Test
  void weightsThatAreNotFiniteAreNotSaved() throws IOException {
    RunConfig config = config("inf", "method=erm", "steps=1");
    ImageSet set = MadeImages.standard();
    Split split = Split.draw(set, 50, 0, false, false);
    Path file = folder.resolve("model.safetensors");
    try (Session session = Session.open(config, () -> new Session.SplitSet(set, split))) {
      session.model().raw().get("dense/bias").set(new double[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 1e300});
      assertThatThrownBy(() -> session.saveModel(file))
          .isInstanceOf(DivergedException.class)
          .hasMessageContaining("raw/dense/bias holds Infinity");
    }
    assertThat(file).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "labels=20000, 2, expected 1..",
    "labels=51, 2, expected a multiple",
    "init=none.safetensors, 3, none.safetensors",
    "dump-recipes=/, 2, expected a file",
    "cuda.library=/none, 4, none"
  })
  void aStartThatIsRefusedLeavesNothingAndTheOldRunUntouched(String option, int code, String text)
      throws IOException {
    List<String> options = new ArrayList<>(List.of("method=erm", option));
    if (option.startsWith("cuda")) options.add("backend=cuda");
    requireRefused(config("new", options.toArray(String[]::new)), code, text);
    assertThat(folder.resolve("new")).doesNotExist();

    Path old = Files.createDirectories(folder.resolve("old"));
    Files.writeString(old.resolve("config.yaml"), "old");
    Files.writeString(old.resolve("model.safetensors"), "old");
    options.add("out=" + old);
    RunConfig config = overwriting(options);
    requireRefused(config, code, text);
    assertThat(names(old)).containsExactly("config.yaml", "model.safetensors");
    assertThat(old.resolve("config.yaml")).hasContent("old");
  }

  private RunConfig overwriting(List<String> options) {
    ConfigResolver resolver = new ConfigResolver(2).overwrite(true);
    for (String option : List.of("depth=10", "width=1", "batch=16", "labels=50", "steps=1"))
      resolver.override(option);
    options.forEach(resolver::override);
    return resolver.resolve().config();
  }

  private static void requireRefused(RunConfig config, int code, String text) {
    assertThatThrownBy(() -> Trainer.run(config, new TrainListener() {}))
        .hasMessageContaining(text)
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(code));
  }

  @Test
  void aStartThatCannotBeWrittenIsTakenBack() throws IOException {
    Path out = folder.resolve("full");
    Path recipes = folder.resolve("none/recipes.jsonl");
    RunConfig config = config("full", "method=erm", "dump-recipes=" + recipes);
    requireRefused(config, 6, recipes + ": no such file or directory");
    assertThat(out).doesNotExist();
    Files.createDirectories(out);
    requireRefused(config, 6, "no such file");
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void recipesAreNeverOverwrittenUnasked() throws IOException {
    Path recipes = folder.resolve("recipes.jsonl");
    String option = "dump-recipes=" + recipes;
    run("first", "method=erm", "steps=1", option);
    String before = Files.readString(recipes);
    assertThat(before.lines()).hasSize(2);
    requireRefused(config("second", "method=erm", option), 2, recipes + " exists already");
    assertThat(Files.readString(recipes)).isEqualTo(before);
    Files.delete(recipes);
    requireRefused(config("second", "method=erm", option), 2, ".images.safetensors exists already");
    Path again = folder.resolve("again");
    Trainer.run(overwriting(List.of("method=erm", option, "out=" + again)), new TrainListener() {});
    assertThat(recipes).exists();
    assertThat(names(folder)).noneMatch(name -> name.endsWith(".tmp"));
  }

  @Test
  void recipesOfAFailedRunAreNotLeftHalfWritten() throws IOException {
    Path recipes = folder.resolve("recipes.jsonl");
    assertThatThrownBy(
            () -> run("failed", "method=erm", "optim.lr=1e30", "dump-recipes=" + recipes))
        .isInstanceOf(DivergedException.class);
    assertThat(recipes).doesNotExist();
    assertThat(RecipeDump.images(recipes)).doesNotExist();
    assertThat(names(folder)).noneMatch(name -> name.endsWith(".tmp"));
  }

  @Test
  void anExistingRunIsNotOverwritten() throws IOException {
    run("once", "method=erm", "steps=1");
    String before = Files.readString(folder.resolve("once/metrics.jsonl"));
    assertThatThrownBy(() -> run("once", "method=erm", "steps=1"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(folder.resolve("once").toString())
        .hasMessageContaining("--overwrite");
    assertThat(Files.readString(folder.resolve("once/metrics.jsonl"))).isEqualTo(before);
  }

  @Test
  void anInterruptEndsTheRunBeforeItsNextStep() {
    RunConfig config = config("stopped", "method=erm", "checkpoint.every-minutes=0");
    TrainListener interrupter =
        new TrainListener() {
          @Override
          public void onStep(long step, long steps, double loss, double imagesPerSecond) {
            if (step == 2) Thread.currentThread().interrupt();
          }
        };
    assertThatThrownBy(() -> Trainer.run(config, interrupter))
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(130));
    assertThat(Thread.interrupted()).isTrue();
  }

  /** The smallest that a folder may hold, with what --augment stands for by default. */
  @Test
  void imagesTooSmallToCropAreAWrongCall() {
    ImageSet small = TinyTraining.images(4);
    RunConfig config = config("small", "method=erm", "labels=15");
    assertThatThrownBy(() -> Trainer.images(config, data -> small))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "augment=flip-crop moves images by up to 4 pixels and needs more a side; those of tiny are 4 x 4: give -o augment=none");
    RunConfig plain = config("plain", "method=erm", "labels=15", "augment=none");
    assertThat(Trainer.images(plain, data -> small).set()).isSameAs(small);
    assertThat(Trainer.images(config, data -> TinyTraining.images(8)).set().name())
        .isEqualTo("tiny");
  }
}
