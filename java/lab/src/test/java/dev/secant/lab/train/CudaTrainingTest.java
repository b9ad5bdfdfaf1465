// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.DeviceOptions.Convolutions;
import dev.secant.lab.data.ImageSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole training steps of the CUDA backend, emulated on the CPU: recorded steps have the bits of
 * eager ones, the numbers are those of the CPU backend, and two trainers do not disturb each other.
 */
class CudaTrainingTest {
  private static final ImageSet SET = TinyTraining.images(8);

  static Backend cuda(int device) {
    return cuda(device, true);
  }

  private static Backend cuda(int device, boolean graph) {
    Path library = Path.of(System.getProperty("secant.emulated", "(unset)"));
    Assumptions.assumeTrue(
        Files.exists(library),
        "skipped: " + library + " is not there; ./secant test builds it with the native tests");
    DeviceOptions options =
        new DeviceOptions(device, library, List.of(), Convolutions.PORTABLE, null, graph, false);
    return Backends.create("cuda", BackendOptions.of(1, options));
  }

  /** A trainer in the middle of its ramp, with a teacher that is not the student. */
  private static TinyTraining training(Backend backend, String... options) {
    TinyTraining t = new TinyTraining(backend, SET, options);
    t.reset(t.raw(), t.otherWeights(8), 10);
    return t;
  }

  @ParameterizedTest
  @ValueSource(strings = {"method=erm", "method=mixup", "method=ict", "reading=literal"})
  void recordedStepsHaveTheBitsOfEagerOnes(String option) {
    try (TinyTraining eager = training(cuda(0, false), option);
        TinyTraining recorded = training(cuda(0), option)) {
      for (int i = 0; i < 5; i++) {
        eager.step.run();
        recorded.step.run();
        assertThat(recorded.step.supervisedLoss()).isEqualTo(eager.step.supervisedLoss());
        assertThat(recorded.step.consistencyLoss()).isEqualTo(eager.step.consistencyLoss());
      }
      assertThat(recorded.raw()).isEqualTo(eager.raw());
      assertThat(recorded.ema()).isEqualTo(eager.ema());
      assertThat(recorded.statistics()).usingRecursiveComparison().isEqualTo(eager.statistics());
    }
  }

  /** Adam turns the rounding of a small gradient into a step of its own size: lr 2e-3, 10 steps. */
  @ParameterizedTest
  @ValueSource(strings = {"method=erm", "method=mixup", "method=ict", "reading=literal"})
  void tenStepsAgreeWithTheCpu(String option) {
    String[] options = {option, "optim.lr=1e-5"};
    try (TinyTraining cpu = training(Backends.create("cpu", BackendOptions.threads(1)), options);
        TinyTraining cuda = training(cuda(1), options)) {
      for (int i = 0; i < 10; i++) {
        cpu.step.run();
        cuda.step.run();
        double expected = cpu.loss();
        assertThat(cuda.loss()).isCloseTo(expected, within(1e-4 * Math.abs(expected)));
      }
      TinyTraining.requireClose("ema", cuda.ema(), cpu.ema(), 1e-4);
      cpu.statistics()
          .forEach(
              (name, values) ->
                  TinyTraining.requireClose(name, cuda.statistics().get(name), values, 1e-4));
    }
  }

  @Test
  void twoTrainersInOneProcessAreThemselves() {
    double[] alone;
    try (TinyTraining t = training(cuda(0), "method=ict", "k=3")) {
      for (int i = 0; i < 4; i++) t.step.run();
      alone = t.raw();
    }
    try (TinyTraining a = training(cuda(0), "method=ict", "k=3");
        TinyTraining b = training(cuda(0), "method=mixup")) {
      for (int i = 0; i < 4; i++) {
        a.step.run();
        b.step.run();
      }
      assertThat(a.raw()).isEqualTo(alone);
      assertThat(b.raw()).isNotEqualTo(alone);
    }
  }
}
