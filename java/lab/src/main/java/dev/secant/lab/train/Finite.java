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
import java.util.Optional;
import java.util.function.Supplier;

/** Refuses numbers that show a run to have diverged. */
final class Finite {
  private static final String ADVICE = "; try a smaller optim.lr";

  private Finite() {}

  /**
   * @param where asked only where it is not
   */
  static void requireLoss(long t, LossLog losses, double loss, Supplier<String> where) {
    if (Double.isFinite(loss)) return;
    throw new DivergedException(
        "the loss is not finite at step %d: supervised %s, consistency %s with weight %s; %s%s"
            .formatted(
                t,
                losses.supervised(t),
                losses.consistency(t),
                losses.weight(t),
                where.get(),
                ADVICE));
  }

  /**
   * @param where asked only where it is not
   */
  static void require(long t, String weights, Evaluation e, Supplier<String> where) {
    if (!Double.isFinite(e.loss())) {
      throw new DivergedException(
          "the evaluation at step %d is not finite: loss %s with %s weights; %s%s"
              .formatted(t, e.loss(), weights, where.get(), ADVICE));
    }
  }

  /** As that of an evaluation. */
  static void require(long t, String weights, Probe probe, Supplier<String> where) {
    for (LayerNonLin l : probe.layers()) {
      if (!Double.isFinite(l.nonlin()) || !Double.isFinite(l.floor())) {
        throw new DivergedException(
            "the probe at step %d is not finite: L%d NonLin %s, floor %s with %s weights; %s%s"
                .formatted(t, l.layer(), l.nonlin(), l.floor(), weights, where.get(), ADVICE));
      }
    }
    require(t, weights, probe.evaluation(), where);
  }

  /**
   * @param what such as {@code raw}, the prefix of the names
   */
  static void require(String what, Params params) {
    first(what, params)
        .ifPresent(
            found -> {
              throw new DivergedException("the trained weights are not finite: " + found + ADVICE);
            });
  }

  /** The first one that holds what is not finite, and what that is. */
  static Optional<String> first(String what, Params params) {
    for (ParamLayout.Entry e : params.layout().entries()) {
      double[] values = params.get(e.name()).toDoubles();
      double wrong = Arrays.stream(values).filter(v -> !Double.isFinite(v)).findFirst().orElse(0);
      if (!Double.isFinite(wrong))
        return Optional.of("%s/%s holds %s".formatted(what, e.name(), wrong));
    }
    return Optional.empty();
  }
}
