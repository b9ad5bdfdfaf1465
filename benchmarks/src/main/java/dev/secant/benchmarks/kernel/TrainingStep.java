// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.Networks;
import dev.secant.benchmarks.contest.Programs;
import dev.secant.benchmarks.contest.StepProblem;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.train.TrainingRig;

/** A step as a run does it: draws, crops, flips and mixes its own batch. */
final class TrainingStep implements Contender {
  private final Backend backend;
  private final TrainingRig rig;

  TrainingStep(StepProblem problem) {
    RunConfig config = Networks.run(problem);
    this.backend =
        Backends.create("cpu", BackendOptions.of(Programs.THREADS, config.run().device()));
    this.rig = new TrainingRig(backend, config, Networks.images());
  }

  @Override
  public void run() {
    rig.step().run();
  }

  @Override
  public double[] result() {
    return new double[] {rig.step().supervisedLoss(), rig.step().consistencyLoss()};
  }

  @Override
  public void close() {
    rig.close();
    backend.close();
  }
}
