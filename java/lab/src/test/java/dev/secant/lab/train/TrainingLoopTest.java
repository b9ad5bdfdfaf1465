// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.EmulatedFaults;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Split;
import dev.secant.lab.error.DivergedException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run whose losses are read while later steps are computed (the emulated device) writes what one
 * does that looks after every step: the same lines, and the same end where a loss is not finite.
 */
class TrainingLoopTest {
  private static final ImageSet SET = TinyTraining.images(8);

  /** Steps on these take less, and are not cropped. */
  private static final ImageSet SMALL = TinyTraining.images(4);

  private static final int STEPS = 13;

  @TempDir Path folder;

  private static String[] cuda(String... more) {
    Path library = Path.of(System.getProperty("secant.emulated", "(unset)"));
    Assumptions.assumeTrue(
        Files.exists(library),
        "skipped: " + library + " is not there; ./secant test builds it with the native tests");
    List<String> all =
        new ArrayList<>(
            List.of(
                "backend=cuda",
                "cuda.library=" + library,
                "cuda.convolutions=portable",
                "log-every=1",
                "steps=" + STEPS,
                "eval-every=5",
                "probe-every=10",
                "test-limit=4",
                "batch=2"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  /** The lines of metrics, and what the listener heard of steps. */
  private record Written(String metrics, List<Long> told) {}

  private Written run(ImageSet set, String name, String... options) throws IOException {
    RunConfig config = TinyTraining.config(options);
    Split split = Split.draw(set, TinyTraining.LABELS, 1, false, false);
    RunDirectory directory = RunDirectory.create(folder.resolve(name), false);
    List<Long> told = new ArrayList<>();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void onStep(long step, long steps, double loss, double imagesPerSecond) {
            told.add(step);
          }
        };
    try (Session session = Session.open(config, () -> new Session.SplitSet(set, split));
        RunLog log = RunLog.open(config, directory, listener)) {
      Looped.run(config, session, log, directory);
    }
    return new Written(Files.readString(directory.metrics()), told);
  }

  @Test
  void windowsAndGraphsChangeNoLine() throws IOException {
    Written eager = run(SET, "eager", cuda("method=ict", "cuda.graph=off"));
    Written recorded = run(SET, "recorded", cuda("method=ict"));
    Written several = run(SET, "several", cuda("method=ict", "cuda.steps-per-launch=3"));
    assertThat(eager.metrics().lines().filter(l -> l.contains("\"train\""))).hasSize(STEPS);
    assertThat(eager.metrics().lines().filter(l -> l.contains("\"probe\""))).hasSize(3);
    assertThat(recorded.metrics()).isEqualTo(eager.metrics());
    assertThat(several.metrics()).isEqualTo(eager.metrics());
    // Windows end where something is due.
    assertThat(eager.told()).containsExactly(5L, 10L, 13L);
  }

  /** The run looks at a window while the next one is under way, and submits no third. */
  @Test
  void aLossThatIsNotFiniteInAReplayEndsTheRunWithinTwoWindows() throws IOException {
    EmulatedFaults.library();
    String[] diverging =
        cuda("augment=none", "steps=500", "eval-every=500", "probe-every=500", "optim.lr=1e30");
    long eight = kernelsOfARun(8);
    long step = (kernelsOfARun(16) - eight) / 8;
    long twoWindows = eight + (2 * LossLog.WINDOW - 8) * step;
    EmulatedFaults.failKernel(0);
    assertThatThrownBy(() -> run(SMALL, "diverging", diverging))
        .isInstanceOf(DivergedException.class)
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(7))
        .hasMessageMatching("(?s)the loss is not finite at step [1-9]: .*");
    assertThat(EmulatedFaults.kernels()).isBetween(twoWindows / 4, twoWindows);
  }

  private long kernelsOfARun(int steps) throws IOException {
    EmulatedFaults.failKernel(0);
    String due = "-every=" + steps;
    run(SMALL, "of" + steps, cuda("augment=none", "steps=" + steps, "eval" + due, "probe" + due));
    return EmulatedFaults.kernels();
  }

  @Test
  void aLossThatIsNotFiniteEndsTheRunAndNamesItsStep() {
    String[] options = cuda("augment=none", "optim.lr=1e30", "eval-every=12", "probe-every=12");
    assertThatThrownBy(() -> run(SMALL, "diverged", options))
        .isInstanceOf(DivergedException.class)
        .hasMessageMatching("(?s)the loss is not finite at step \\d+: .*optim\\.lr");
  }
}
