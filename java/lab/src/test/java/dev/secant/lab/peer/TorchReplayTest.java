// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.WholeTests;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.train.TrainListener;
import dev.secant.lab.train.Trainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * PyTorch replays steps of each method from the recipes that the run dumped: losses, EMA, running
 * statistics and NonLin per layer agree to 1e-3. 25 steps, and 100 with SECANT_REPLAY=1, which
 * takes minutes.
 *
 * <p>The run starts on the ramp on a model trained before, so that the weight is not 0 and the
 * teacher is not the student. The small learning rate keeps two programs that round differently
 * together (benchmarks/peers/README.md has the measurements); the large weight decay makes a
 * missing one show all the same.
 */
class TorchReplayTest {
  private static final int STEPS_BEFORE = 60;
  private static final int FIRST_STEP = 300;
  private static final int STEPS = FIRST_STEP + (WholeTests.asked() ? 100 : 25);

  @TempDir static Path folder;
  private static Path initial;

  @BeforeAll
  static void trainABit() {
    TorchPeer.assumeAvailable();
    Path out = folder.resolve("before");
    train(out, List.of("method=ict", "k=3", "steps=" + STEPS_BEFORE));
    initial = out.resolve("model.safetensors");
  }

  static Stream<Arguments> methods() {
    return Stream.of(
        Arguments.of("erm", "no-decay", List.of("method=erm")),
        Arguments.of("mixup", "swapped-lambda", List.of("method=mixup")),
        Arguments.of("paper", "teacher-is-student", ict("paper")),
        Arguments.of("lineage", "biased-variance", ict("lineage")),
        Arguments.of("literal", "stop-gradient", ict("literal")));
  }

  private static List<String> ict(String reading) {
    return List.of("method=ict", "k=3", "reading=" + reading, "ict.ramp=1");
  }

  /**
   * @param fault an error that the same comparison has to notice
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("methods")
  void pytorchAgrees(String name, String fault, List<String> method) {
    Path out = folder.resolve(name);
    Path recipes = folder.resolve(name + ".jsonl");
    List<String> stretch =
        List.of(
            "steps=" + STEPS,
            "run.first-step=" + FIRST_STEP,
            "optim.lr=1e-5",
            "optim.weight-decay=100",
            "init=" + initial,
            "dump-recipes=" + recipes);
    train(out, Stream.concat(method.stream(), stretch.stream()).toList());

    TorchPeer.Result result = replay(recipes, out, "--notice", fault);
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("\"noticed\": {\"" + fault + "\": true}");
  }

  private static TorchPeer.Result replay(Path recipes, Path run, String... more) {
    List<Object> words = new ArrayList<>(List.of("--recipes", recipes, "--run", run));
    words.addAll(List.of("--threads", 1));
    words.addAll(List.of(more));
    return TorchPeer.run("torch_replay.py", words.toArray());
  }

  private static void train(Path out, List<String> options) {
    ConfigResolver resolver = new ConfigResolver();
    for (String option :
        List.of(
            "dataset=made",
            "depth=10",
            "width=1",
            "batch=8",
            "threads=2",
            "test-limit=100",
            "seed=3")) {
      resolver.override(option);
    }
    for (String option : options) resolver.override(option);
    Trainer.run(resolver.override("out=" + out).resolve().config(), new TrainListener() {});
  }
}
