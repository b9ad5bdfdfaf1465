// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.TrainMetric;

/** Hears of a run's progress, on the training thread. */
public interface TrainListener {
  /** Between two steps and between the parts of a measurement; may throw to end the run there. */
  default void onPause() {}

  /** Something that a user should know, such as from where a run goes on. */
  default void onNote(String text) {}

  /** Everything is planned, training begins. */
  default void onStart(RunInfo info) {}

  /**
   * @param step steps taken so far
   * @param imagesPerSecond over the steps since the last line of the training log
   */
  default void onStep(long step, long steps, double loss, double imagesPerSecond) {}

  /** A line of the training log. */
  default void onLoss(TrainMetric metric) {}

  default void onEvaluation(EvalMetric metric) {}

  default void onProbe(ProbeMetric metric) {}
}
