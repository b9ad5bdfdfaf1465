// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.Networks;
import dev.secant.benchmarks.contest.ProbeProblem;
import dev.secant.benchmarks.contest.Programs;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.probe.Probe;
import dev.secant.lab.probe.ProbeRunner;
import dev.secant.lab.train.TrainingRig;

/** A probe as a run does it, with the evaluation that comes with it, of a network at its start. */
final class WholeProbe implements Contender {
  private final Backend backend;
  private final TrainingRig rig;
  private final ProbeRunner runner;
  private Probe last;

  WholeProbe(ProbeProblem problem) {
    RunConfig config = Networks.run(problem);
    this.backend =
        Backends.create("cpu", BackendOptions.of(Programs.THREADS, config.run().device()));
    this.rig = new TrainingRig(backend, config, Networks.images());
    this.runner = rig.evaluation();
  }

  @Override
  public void run() {
    last = runner.probe();
  }

  @Override
  public double[] result() {
    return last.layers().stream().mapToDouble(layer -> layer.nonlin()).toArray();
  }

  @Override
  public void close() {
    rig.close();
    backend.close();
  }
}
