// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.error.DivergedException;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.lab.probe.Evaluation;
import dev.secant.lab.probe.Probe;
import dev.secant.nn.ParamLayout;
import dev.secant.nn.Params;
import java.util.Arrays;

/** Refuses numbers that show a run to have diverged. */
final class Finite {
  private static final String ADVICE = "; try a smaller optim.lr";

  private Finite() {}

  static void require(long t, String weights, Evaluation e) {
    if (!Double.isFinite(e.loss())) {
      throw new DivergedException(
          "the evaluation at step %d is not finite: loss %s with %s weights%s"
              .formatted(t, e.loss(), weights, ADVICE));
    }
  }

  static void require(long t, String weights, Probe probe) {
    for (LayerNonLin l : probe.layers()) {
      if (!Double.isFinite(l.nonlin()) || !Double.isFinite(l.floor())) {
        throw new DivergedException(
            "the probe at step %d is not finite: L%d NonLin %s, floor %s with %s weights%s"
                .formatted(t, l.layer(), l.nonlin(), l.floor(), weights, ADVICE));
      }
    }
    require(t, weights, probe.evaluation());
  }

  /**
   * @param what such as {@code raw}, the prefix of the names
   */
  static void require(String what, Params params) {
    for (ParamLayout.Entry e : params.layout().entries()) {
      double[] values = params.get(e.name()).toDoubles();
      double wrong = Arrays.stream(values).filter(v -> !Double.isFinite(v)).findFirst().orElse(0);
      if (!Double.isFinite(wrong)) {
        throw new DivergedException(
            "the trained weights are not finite: %s/%s holds %s%s"
                .formatted(what, e.name(), wrong, ADVICE));
      }
    }
  }
}
