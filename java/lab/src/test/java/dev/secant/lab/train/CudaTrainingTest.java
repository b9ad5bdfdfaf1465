// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.DeviceOptions.Convolutions;
import dev.secant.lab.data.ImageSet;
import dev.secant.tensor.Bf16;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole training steps of the CUDA backend, emulated on the CPU: recorded steps have the bits of
 * eager ones, the numbers are those of the CPU backend, and two trainers do not disturb each other.
 */
class CudaTrainingTest {
  private static final ImageSet SET = TinyTraining.images(8);

  /** Steps on these take less, and are not cropped. */
  private static final ImageSet SMALL = TinyTraining.images(4);

  static Backend cuda(int device) {
    return cuda(device, true);
  }

  private static Backend cuda(int device, boolean graph) {
    return cuda(device, Arithmetic.FP32, graph);
  }

  private static Backend cuda(int device, Arithmetic arithmetic, boolean graph) {
    Path library = Path.of(System.getProperty("secant.emulated", "(unset)"));
    Assumptions.assumeTrue(
        Files.exists(library),
        "skipped: " + library + " is not there; ./secant test builds it with the native tests");
    DeviceOptions options =
        new DeviceOptions(
            device, library, List.of(), Convolutions.PORTABLE, arithmetic, null, graph, false);
    return Backends.create("cuda", BackendOptions.of(1, options));
  }

  /** A trainer in the middle of its ramp, with a teacher that is not the student. */
  private static TinyTraining training(Backend backend, String... options) {
    return midRamp(new TinyTraining(backend, SET, options));
  }

  private static TinyTraining small(Backend backend, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("augment=none");
    return midRamp(new TinyTraining(backend, SMALL, all.toArray(String[]::new)));
  }

  private static TinyTraining midRamp(TinyTraining t) {
    t.reset(t.raw(), t.otherWeights(8), 10);
    return t;
  }

  @ParameterizedTest
  @ValueSource(strings = {"method=erm", "method=mixup", "method=ict", "reading=literal"})
  void recordedStepsHaveTheBitsOfEagerOnes(String option) {
    try (TinyTraining eager = training(cuda(0, false), option);
        TinyTraining recorded = training(cuda(0), option)) {
      for (int i = 0; i < 4; i++) {
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

  /**
   * What a branch does is done as early as it may on device 0, and as late on device 1: a buffer
   * that one side overwrites too soon would give other bits on one of them.
   */
  @ParameterizedTest
  @CsvSource({
    "method=erm, weights, none",
    "method=ict, teacher, none",
    "method=ict, all, flip-crop",
    "reading=literal, all, none"
  })
  void branchesOfAStepChangeNoBit(String option, String branches, String augment) {
    ImageSet set = augment.equals("none") ? SMALL : SET;
    String[] same = {option, "augment=" + augment};
    String[] other = {option, "augment=" + augment, "cuda.branches=" + branches};
    for (int device = 0; device < 2; device++) {
      try (TinyTraining plain = midRamp(new TinyTraining(cuda(device), set, same));
          TinyTraining branched = midRamp(new TinyTraining(cuda(device), set, other))) {
        for (int i = 0; i < 3; i++) {
          plain.step.run();
          branched.step.run();
          assertThat(branched.loss()).as("device %d, step %d", device, i).isEqualTo(plain.loss());
        }
        assertThat(branched.raw()).isEqualTo(plain.raw());
        assertThat(branched.ema()).isEqualTo(plain.ema());
        assertThat(branched.step.nodes()).isEqualTo(plain.step.nodes());
      }
    }
  }

  /** Adam turns the rounding of a small gradient into a step of its own size: lr 2e-3, 10 steps. */
  @ParameterizedTest
  @ValueSource(strings = {"method=erm", "method=mixup", "method=ict", "reading=literal"})
  void tenStepsAgreeWithTheCpu(String option) {
    String[] options = {option, "optim.lr=1e-5"};
    try (TinyTraining cpu = training(Backends.create("cpu", BackendOptions.threads(1)), options);
        TinyTraining cuda = training(cuda(1), options)) {
      Map<String, double[]> start = cpu.weights();
      for (int i = 0; i < 10; i++) {
        cpu.step.run();
        cuda.step.run();
        double expected = cpu.loss();
        assertThat(cuda.loss()).isCloseTo(expected, within(1e-4 * Math.abs(expected)));
      }
      TinyTraining.requireClose("ema", cuda.ema(), cpu.ema(), 1e-4);
      // At this rate all weights stay close to where they were: what counts is how they moved.
      assertThat(TrainingRig.moved(start, cuda.weights(), cpu.weights())).isLessThan(0.05);
      cpu.statistics()
          .forEach(
              (name, values) ->
                  TinyTraining.requireClose(name, cuda.statistics().get(name), values, 1e-4));
    }
  }

  @Test
  void aMovementThatIsMissingOrOfAnotherLayerShows() {
    Map<String, double[]> start = Map.of("a", new double[] {1, 1}, "b", new double[] {2, 2});
    Map<String, double[]> there = Map.of("a", new double[] {1.1, 0.9}, "b", new double[] {2.1, 2});
    Map<String, double[]> wrong = Map.of("a", new double[] {1.1, 0.9}, "b", new double[] {2, 2.1});
    assertThat(TrainingRig.moved(start, there, there)).isZero();
    assertThat(TrainingRig.moved(start, start, there)).isCloseTo(1, within(1e-12));
    assertThat(TrainingRig.moved(start, wrong, there)).isCloseTo(Math.sqrt(2), within(1e-12));
    Map<String, double[]> nan = Map.of("a", new double[] {1.1, Double.NaN}, "b", new double[2]);
    assertThat(TrainingRig.moved(start, nan, there)).isInfinite();
  }

  /**
   * bf16 rounds every feature map to 8 bits. Four steps from the same weights: losses within the
   * few percent that this makes, on emulated devices of both thread orders with equal bits,
   * recorded as eager.
   */
  @ParameterizedTest
  @ValueSource(strings = {"method=erm", "method=mixup", "method=ict", "reading=literal"})
  void bf16StepsStayNearThoseOfFp32(String option) {
    String[] options = {option, "optim.lr=1e-4"};
    try (TinyTraining fp32 = small(cuda(0, false), options);
        TinyTraining eager = small(cuda(0, Arithmetic.BF16, false), options);
        TinyTraining recorded = small(cuda(1, Arithmetic.BF16, true), options)) {
      for (int i = 0; i < 4; i++) {
        fp32.step.run();
        eager.step.run();
        recorded.step.run();
        assertThat(recorded.loss()).isEqualTo(eager.loss());
        assertThat(eager.step.supervisedLoss())
            .isCloseTo(fp32.step.supervisedLoss(), within(0.05 * fp32.step.supervisedLoss()));
      }
      assertThat(recorded.raw()).isEqualTo(eager.raw());
      assertThat(eager.raw()).isNotEqualTo(fp32.raw());
      float[] weights = eager.model.raw().flat().toFloats();
      double[] copies = eager.model.raw().copy().toDoubles();
      for (int i = 0; i < weights.length; i++)
        assertThat(copies[i]).isEqualTo(Bf16.round(weights[i]));
    }
  }

  /** Each alone, once for the tests that compare with it. */
  private static final Map<String, double[]> ALONE = new ConcurrentHashMap<>();

  private static double[] alone(String method, String k) {
    return ALONE.computeIfAbsent(method + k, name -> trained(method, k));
  }

  private static double[] trained(String... options) {
    try (TinyTraining t = small(cuda(0), options)) {
      for (int i = 0; i < 4; i++) t.step.run();
      return t.raw();
    }
  }

  @Test
  void twoTrainersInOneProcessAreThemselves() {
    double[] ict = alone("method=ict", "k=3");
    double[] mixup = alone("method=mixup", "k=2");
    try (TinyTraining a = small(cuda(0), "method=ict", "k=3");
        TinyTraining b = small(cuda(0), "method=mixup")) {
      for (int i = 0; i < 4; i++) {
        a.step.run();
        b.step.run();
      }
      assertThat(a.raw()).isEqualTo(ict);
      assertThat(b.raw()).isEqualTo(mixup);
    }
  }

  @Test
  void twoTrainersOnTwoThreadsAreThemselves() throws Exception {
    double[] ict = alone("method=ict", "k=3");
    double[] mixup = alone("method=mixup", "k=2");
    CompletableFuture<double[]> other =
        CompletableFuture.supplyAsync(
            () -> trained("method=mixup"), task -> new Thread(task).start());
    assertThat(trained("method=ict", "k=3")).isEqualTo(ict);
    assertThat(other.get(5, TimeUnit.MINUTES)).isEqualTo(mixup);
  }

  /** As a run submits steps: replayed, the losses read behind them. */
  @Test
  void replayedStepsAllocateNothing() {
    try (TinyTraining t = small(cuda(0), "method=ict")) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      LossLog losses = t.step.losses();
      long least = Long.MAX_VALUE;
      for (int attempt = 0; attempt < 8; attempt++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        t.step.run(2);
        losses.start();
        losses.await();
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(least).isZero();
    }
  }
}
