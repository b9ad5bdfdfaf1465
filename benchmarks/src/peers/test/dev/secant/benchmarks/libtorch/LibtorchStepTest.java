// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Draws;
import dev.secant.benchmarks.contest.Networks;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.StepDraws;
import dev.secant.benchmarks.contest.StepProblem;
import dev.secant.lab.train.TrainStep;
import dev.secant.lab.train.TrainingRig;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The step of libtorch is Secant's: the same losses and weights from the same draws. */
class LibtorchStepTest {
  /** Of the way a tensor has moved: Adam's first steps turn roundings of tiny gradients around. */
  private static final double MOVED = 0.1;

  private static StepDraws draws(StepProblem p, TrainStep step) {
    Draws labelled = step.labelledDraws();
    Draws mixed = p.ict() ? step.unlabelledDraws() : labelled;
    boolean mixes = !p.method().equals("erm");
    return new StepDraws(
        labelled.indices().toInts(),
        p.ict() ? mixed.indices().toInts() : new int[0],
        mixes ? mixed.rows().toInts() : new int[0],
        mixes ? mixed.lambda().toFloats() : new float[0]);
  }

  private static Map<String, double[]> named(StepProblem p, double[] flat) {
    Map<String, double[]> all = new HashMap<>();
    for (var e : Networks.spec(p.depth(), p.width()).parameters().entries()) {
      int from = (int) e.offset();
      all.put(e.name(), Arrays.copyOfRange(flat, from, from + (int) e.shape().count()));
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "step method=erm, true",
    "step method=erm, false",
    "step method=mixup k=2, true",
    "step method=ict k=2, true",
    "step method=ict k=4, true"
  })
  void twoStepsGiveTheSameWeights(String text, boolean channelsLast) {
    StepProblem p = (StepProblem) Problem.parse(text + " depth=10 width=1 batch=16");
    String[] options = {"augment=none", p.ict() ? "ict.ramp=0.00001" : "seed=1"};
    var config = Networks.run(p, options);
    try (Backend backend = Backends.create("cpu", BackendOptions.threads(1));
        TrainingRig rig = new TrainingRig(backend, config, Networks.images())) {
      Map<String, double[]> start = rig.weights();
      LibtorchStep peer =
          new LibtorchStep(p, channelsLast, new LibtorchStep.Start(start, rig.statistics()));
      for (int i = 0; i < 2; i++) {
        rig.step().run();
        peer.run(draws(p, rig.step()), rig.step().weight());
        double[] losses = peer.result();
        assertThat(losses[0]).as("step %d", i).isCloseTo(rig.step().supervisedLoss(), offset(1e-3));
        assertThat(losses[1]).as("step %d", i).isCloseTo(rig.step().consistencyLoss(), offset(1e-3));
      }
      assertThat(p.ict() ? rig.step().weight() : 1).isPositive();
      assertThat(TrainingRig.moved(start, peer.weights(), rig.weights())).isLessThan(MOVED);
      assertThat(TrainingRig.moved(start, peer.averages(), named(p, rig.ema()))).isLessThan(MOVED);
    }
  }
}
