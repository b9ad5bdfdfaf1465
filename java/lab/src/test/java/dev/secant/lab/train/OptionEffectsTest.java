// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static dev.secant.lab.train.Observed.Fact.AVERAGE_RATE;
import static dev.secant.lab.train.Observed.Fact.CONSISTENCY;
import static dev.secant.lab.train.Observed.Fact.CONSISTENCY_WEIGHT;
import static dev.secant.lab.train.Observed.Fact.CROPS;
import static dev.secant.lab.train.Observed.Fact.EVALUATED;
import static dev.secant.lab.train.Observed.Fact.FIRST_AVERAGE;
import static dev.secant.lab.train.Observed.Fact.FIRST_EVALUATION;
import static dev.secant.lab.train.Observed.Fact.FIRST_PROBE;
import static dev.secant.lab.train.Observed.Fact.FIRST_STATISTICS;
import static dev.secant.lab.train.Observed.Fact.FIRST_WEIGHTS;
import static dev.secant.lab.train.Observed.Fact.GRADIENT;
import static dev.secant.lab.train.Observed.Fact.IMAGES;
import static dev.secant.lab.train.Observed.Fact.LABELLED;
import static dev.secant.lab.train.Observed.Fact.LAMBDA;
import static dev.secant.lab.train.Observed.Fact.LAST_AVERAGE;
import static dev.secant.lab.train.Observed.Fact.LAST_EVALUATION;
import static dev.secant.lab.train.Observed.Fact.LAST_PROBE;
import static dev.secant.lab.train.Observed.Fact.LAST_STATISTICS;
import static dev.secant.lab.train.Observed.Fact.LAST_WEIGHTS;
import static dev.secant.lab.train.Observed.Fact.LEARNING_RATE;
import static dev.secant.lab.train.Observed.Fact.LOGGED;
import static dev.secant.lab.train.Observed.Fact.PAIR_WEIGHTS;
import static dev.secant.lab.train.Observed.Fact.PARTNERS;
import static dev.secant.lab.train.Observed.Fact.PROBED;
import static dev.secant.lab.train.Observed.Fact.START;
import static dev.secant.lab.train.Observed.Fact.STATISTICS_RATE;
import static dev.secant.lab.train.Observed.Fact.SUPERVISED;
import static dev.secant.lab.train.Observed.Fact.TEST_IMAGES;
import static dev.secant.lab.train.Observed.Fact.UNLABELLED;
import static dev.secant.lab.train.Observed.Fact.UNLABELLED_CROPS;
import static dev.secant.lab.train.Observed.Fact.UNLABELLED_IMAGES;
import static dev.secant.lab.train.Observed.Fact.UNLABELLED_LAMBDA;
import static dev.secant.lab.train.Observed.Fact.UNLABELLED_PARTNERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.lab.DocumentNames;
import dev.secant.lab.config.Options;
import dev.secant.lab.train.Observed.Fact;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every option once more: what it changes in three steps of ICT[3] after its ramp, and that all
 * else stays the same bit by bit. Which fields of the configuration it sets: {@code
 * OptionFieldsTest}.
 */
class OptionEffectsTest {
  private static final List<String> BASE =
      List.of(
          "method=ict",
          "k=3",
          "seed=3",
          "depth=10",
          "width=1",
          "batch=4",
          "labels=15",
          "steps=51",
          "run.first-step=48",
          "ema.warmup=off",
          "bn.warmup=off",
          "eval-every=1",
          "probe-every=3",
          "log-every=1",
          "test-limit=6",
          "threads=1",
          "backend=cpu");

  // ---- what changes together -------------------------------------------------------------------

  private static final Fact[] MEASURED_LAST = {LAST_EVALUATION, LAST_PROBE};
  private static final Fact[] MEASURED_FIRST = {FIRST_EVALUATION, FIRST_PROBE};

  /** Where training ends, once it went another way. */
  private static final Fact[] END = all(MEASURED_LAST, LAST_WEIGHTS, LAST_AVERAGE, LAST_STATISTICS);

  /** Another update: it shows in the first weights. */
  private static final Fact[] UPDATE = all(END, FIRST_WEIGHTS, FIRST_AVERAGE);

  /** Another gradient of the first step. */
  private static final Fact[] SLOPE = all(UPDATE, GRADIENT);

  /** Another consistency loss; the labelled pass does not notice. */
  private static final Fact[] TARGETS = all(SLOPE, CONSISTENCY);

  /** Another labelled pass; the loss of the unlabelled one is the same. */
  private static final Fact[] LABELLED_PASS = all(SLOPE, SUPERVISED, FIRST_STATISTICS);

  private static final Fact[] BOTH_PASSES = all(TARGETS, SUPERVISED, FIRST_STATISTICS);

  /** Statistics that batch norm keeps for evaluation: no gradient depends on them. */
  private static final Fact[] KEPT = all(MEASURED_LAST, FIRST_STATISTICS, LAST_STATISTICS);

  private static final Fact[] UNLABELLED_DRAWS = {
    UNLABELLED_IMAGES, UNLABELLED_CROPS, UNLABELLED_PARTNERS, UNLABELLED_LAMBDA
  };

  /** Another network. */
  private static final Fact[] NETWORK = all(BOTH_PASSES, START, FIRST_EVALUATION, FIRST_PROBE);

  private static Fact[] all(Fact[] some, Fact... more) {
    Set<Fact> facts = EnumSet.noneOf(Fact.class);
    facts.addAll(Arrays.asList(some));
    facts.addAll(Arrays.asList(more));
    return facts.toArray(Fact[]::new);
  }

  /**
   * @param given {@code key=value}
   * @param over what is set before, over the base
   */
  record Row(String given, List<String> over, Set<Fact> changes) {
    static Row of(String given, Fact... changes) {
      return new Row(given, List.of(), Set.of(changes));
    }

    Row over(String... options) {
      return new Row(given, List.of(options), changes);
    }

    String key() {
      return given.substring(0, given.indexOf('='));
    }

    @Override
    public String toString() {
      return given + (over.isEmpty() ? "" : " over " + String.join(" ", over));
    }
  }

  static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    rows.addAll(data());
    rows.addAll(method());
    rows.addAll(network());
    rows.addAll(running());
    rows.addAll(measuring());
    rows.addAll(optimiser());
    rows.addAll(consistency());
    return rows;
  }

  private static List<Row> data() {
    Fact[] split = all(BOTH_PASSES, LABELLED, UNLABELLED, IMAGES, UNLABELLED_IMAGES);
    return List.of(
        // Fewer than a batch: images come twice in it.
        Row.of("labels=3", split),
        Row.of("seed=1", all(all(all(split, UNLABELLED_DRAWS), CROPS, START), MEASURED_FIRST)),
        Row.of("split.classes=proportional", split),
        Row.of("split.unlabelled=all", all(TARGETS, UNLABELLED, UNLABELLED_IMAGES)),
        Row.of("augment=none", all(BOTH_PASSES, CROPS, UNLABELLED_CROPS)),
        Row.of("augment=crop", all(BOTH_PASSES, CROPS, UNLABELLED_CROPS)),
        Row.of("normalise=meanstd", all(BOTH_PASSES, MEASURED_FIRST)));
  }

  private static List<Row> method() {
    Fact[] labelledAlone = all(all(TARGETS, UNLABELLED_DRAWS), CONSISTENCY_WEIGHT);
    Fact[] weights = all(TARGETS, UNLABELLED_LAMBDA);
    return List.of(
        Row.of("method=erm", labelledAlone).over("k=auto"),
        Row.of("method=mixup", all(all(labelledAlone, BOTH_PASSES), PARTNERS, LAMBDA)),
        Row.of("k=2", all(weights, UNLABELLED_PARTNERS)),
        Row.of("alpha=0.1", all(weights, PAIR_WEIGHTS, FIRST_PROBE)),
        Row.of("alpha=1,2,3", weights),
        Row.of("reading=lineage", TARGETS),
        Row.of("reading=literal", TARGETS),
        Row.of("mix.lambda=batch", weights),
        Row.of("mix.alpha=matched", weights));
  }

  private static List<Row> network() {
    return List.of(
        Row.of("depth=16", NETWORK),
        Row.of("width=2", NETWORK),
        // Biases begin at zero: the first losses are the same.
        Row.of("net.conv-bias=true", all(SLOPE, START)),
        Row.of("bn.running=all", KEPT),
        Row.of("bn.running=unlabelled", KEPT),
        Row.of("bn.running=recalibrate", all(KEPT, MEASURED_FIRST)),
        Row.of("bn.decay=0.5", all(KEPT, STATISTICS_RATE)),
        Row.of("bn.warmup=on", all(KEPT, STATISTICS_RATE)),
        Row.of("bn.eps=0.1", all(BOTH_PASSES, MEASURED_FIRST)));
  }

  private static List<Row> running() {
    Fact[] draws = all(UNLABELLED_DRAWS, IMAGES, CROPS);
    Fact[] lines = {LOGGED, EVALUATED, PROBED};
    return List.of(
        Row.of("steps=54", all(END, lines)),
        Row.of("run.first-step=45", all(all(BOTH_PASSES, draws), lines)),
        Row.of("batch=8", all(all(BOTH_PASSES, draws), PARTNERS, LAMBDA)));
  }

  private static List<Row> measuring() {
    Fact[] probes = {PAIR_WEIGHTS, FIRST_PROBE, LAST_PROBE};
    return List.of(
        Row.of("eval-every=3", EVALUATED),
        Row.of("probe-every=1", PROBED),
        Row.of("log-every=3", LOGGED),
        Row.of("test-limit=5", all(all(MEASURED_FIRST, MEASURED_LAST), TEST_IMAGES, PAIR_WEIGHTS)),
        Row.of("probe.k=3", probes),
        Row.of("probe.alpha=0.1", probes),
        Row.of("probe.weights=both", EVALUATED, PROBED));
  }

  private static List<Row> optimiser() {
    // The average of the first step already holds other weights; the teacher is the average.
    return List.of(
        Row.of("optim.lr=0.01", all(UPDATE, LEARNING_RATE)),
        Row.of("optim.schedule=cosine", all(UPDATE, LEARNING_RATE)),
        Row.of("optim.weight-decay=1", UPDATE),
        Row.of("optim.beta1=0.5", UPDATE),
        Row.of("optim.beta2=0.5", UPDATE),
        Row.of("optim.eps=0.1", UPDATE),
        Row.of("ema.decay=0.5", all(END, AVERAGE_RATE, FIRST_AVERAGE)),
        Row.of("ema.warmup=on", all(END, AVERAGE_RATE, FIRST_AVERAGE)));
  }

  private static List<Row> consistency() {
    return List.of(
        // In the first step the teacher is the network itself.
        Row.of("ict.target=self", END),
        Row.of("ict.gradient=both", SLOPE).over("ict.target=self"),
        Row.of("ict.space=prob", TARGETS),
        Row.of("ict.space=logit-softmax", TARGETS),
        Row.of("ict.reduction=sum", TARGETS),
        Row.of("ict.reduction=l2", TARGETS),
        Row.of(
            "ict.partners=independent",
            all(TARGETS, UNLABELLED_IMAGES, UNLABELLED_CROPS, UNLABELLED_PARTNERS)),
        Row.of("ict.weight=5", all(SLOPE, CONSISTENCY_WEIGHT)),
        Row.of("ict.ramp=1", all(SLOPE, CONSISTENCY_WEIGHT)));
  }

  /** What other tests show: files, devices, and what only stands for another option. */
  private static final Map<String, String> ELSEWHERE =
      Map.ofEntries(
          Map.entry("dataset", "DataCommandTest.theMadeSetAsFilesIsTheMadeSet"),
          Map.entry("data", "FolderReaderTest.foldersThatAreMissingEmptyOrUnknownAreRefused"),
          Map.entry("budget", "ConfigResolverTest.budgetsAndSteps"),
          Map.entry("backend", "CudaTrainingTest.tenStepsAgreeWithTheCpu"),
          Map.entry("device", "CudaProviderTest.aDeviceThatDoesNotExistIsRefused"),
          Map.entry("threads", "OptionEffectsTest.threadsChangeRoundingsAlone"),
          Map.entry("out", "TrainerTest.aRunLeavesItsFilesWithTheirFields"),
          Map.entry("init", "TrainerTest.aRunMayStartFromTheWeightsOfAnother"),
          Map.entry("dump-recipes", "TrainerTest.recipesAreNeverOverwrittenUnasked"),
          Map.entry("cuda.libraries", "CudaLibrariesTest.loadsFromAPythonsFolder"),
          Map.entry("cuda.library", "CudaProviderTest.aLibraryThatIsNotThereIsNamed"),
          Map.entry("cuda.convolutions", "TrainingLoopTest.windowsAndGraphsChangeNoLine"),
          Map.entry("precision", "CudaTrainingTest.bf16StepsStayNearThoseOfFp32"),
          Map.entry("cuda.steps-per-launch", "TrainingLoopTest.windowsAndGraphsChangeNoLine"),
          Map.entry(
              "svhn.extra", "SvhnReaderTest.furtherImagesFollowTheTrainingImagesWhereAskedFor"),
          Map.entry(
              "checkpoint.every-minutes", "TrainerTest.anInterruptEndsTheRunBeforeItsNextStep"),
          Map.entry("checkpoint.every-steps", "ResumeTest.aFullDiskLeavesTheCheckpointBefore"),
          Map.entry("cuda.branches", "CudaTrainingTest.branchesOfAStepChangeNoBit"),
          Map.entry("cuda.graph", "TrainingLoopTest.windowsAndGraphsChangeNoLine"),
          Map.entry("cuda.plans", "VendorLayersTest.choicesGivenBackAreMadeAgain"),
          Map.entry("fast", "SearchTest.onlyFastAdmitsEnginesThatCuDnnCallsNondeterministic"));

  // ---- tests -----------------------------------------------------------------------------------

  /** Facts of runs that rows are compared with, by their options. */
  private static final Map<List<String>, Map<Fact, String>> COMPARED = new HashMap<>();

  @TempDir static Path folder;

  @ParameterizedTest
  @MethodSource("rows")
  void anOptionChangesWhatItSaysAndNothingElse(Row row) {
    Map<Fact, String> before =
        COMPARED.computeIfAbsent(row.over, over -> run("over" + COMPARED.size(), over));
    List<String> given = new ArrayList<>(row.over);
    given.add(row.given);
    Map<Fact, String> after = run(row.given + row.over.size(), given);
    Set<Fact> changed = EnumSet.noneOf(Fact.class);
    for (Fact fact : Fact.values()) {
      if (!String.valueOf(before.get(fact)).equals(String.valueOf(after.get(fact))))
        changed.add(fact);
    }
    assertThat(changed).isEqualTo(row.changes);
  }

  private static Map<Fact, String> run(String name, List<String> options) {
    List<String> all = new ArrayList<>(BASE);
    all.addAll(options);
    return Observed.of(TinyTraining.config(all.toArray(String[]::new)), folder.resolve(name));
  }

  /** A run repeated has the same facts: what rows find is of their option. */
  @Test
  void nothingChangesNothing() {
    assertThat(run("once", List.of())).isEqualTo(run("twice", List.of()));
  }

  @Test
  void threadsChangeRoundingsAlone() {
    String[] options = BASE.toArray(String[]::new);
    try (TinyTraining one = training(1, options);
        TinyTraining two = training(2, options)) {
      one.step.run();
      two.step.run();
      assertThat(two.backend.description()).isNotEqualTo(one.backend.description());
      assertThat(two.step.unlabelledDraws().lambda().toFloats())
          .isEqualTo(one.step.unlabelledDraws().lambda().toFloats());
      assertThat(two.loss()).isCloseTo(one.loss(), within(1e-5 * one.loss()));
      double[] expected = one.model.gradients().flat().toDoubles();
      double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
      TinyTraining.requireClose(
          "gradient", two.model.gradients().flat().toDoubles(), expected, 1e-5 * largest);
    }
  }

  private static TinyTraining training(int threads, String... options) {
    Backend cpu = Backends.create("cpu", BackendOptions.threads(threads));
    TinyTraining training = new TinyTraining(cpu, TinyTraining.images(8), options);
    training.reset(training.raw(), training.otherWeights(8), 48);
    return training;
  }

  /** An option that is added needs a row here, or the name of the test that shows what it does. */
  @Test
  void everyOptionIsShownSomewhere() {
    Set<String> shown = new HashSet<>(ELSEWHERE.keySet());
    for (Row row : rows()) {
      assertThat(ELSEWHERE).doesNotContainKey(row.key());
      shown.add(row.key());
    }
    assertThat(shown).isEqualTo(Options.all().keySet());
    DocumentNames names = new DocumentNames(Path.of("../.."));
    assertThat(ELSEWHERE.values()).allMatch(names::exists);
  }

  /** Every fact is one that some option changes, so none is there that could not be seen. */
  @Test
  void everyFactIsMovedBySomeOption() {
    Set<Fact> moved = EnumSet.noneOf(Fact.class);
    rows().forEach(row -> moved.addAll(row.changes));
    assertThat(moved).containsExactlyInAnyOrder(Fact.values());
  }
}
