// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.benchmarks.contest.Networks;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.ProbeProblem;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.lab.train.TrainingRig;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The probe of libtorch is Secant's, of a network at its start. */
class LibtorchProbeTest {
  @Test
  void distancesAreTheSame() {
    ProbeProblem p = (ProbeProblem) Problem.parse("probe images=200 depth=10 width=1");
    try (Backend backend = Backends.create("cpu", BackendOptions.threads(1));
        TrainingRig rig = new TrainingRig(backend, Networks.run(p), Networks.images())) {
      List<LayerNonLin> layers = rig.evaluation().probe().layers();
      LibtorchProbe peer =
          new LibtorchProbe(p, new LibtorchStep.Start(rig.weights(), rig.statistics()));
      peer.run();
      double[] found = peer.result();
      assertThat(found).hasSize(layers.size());
      for (int l = 0; l < found.length; l++)
        assertThat(found[l]).as("layer %d", l).isCloseTo(layers.get(l).nonlin(), within(1e-4));
    }
  }
}
