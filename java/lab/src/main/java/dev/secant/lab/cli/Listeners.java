// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.TrainMetric;
import dev.secant.lab.train.RunInfo;
import dev.secant.lab.train.TrainListener;
import java.util.List;

/** Several listeners as one, which also ends the run when asked to stop. */
final class Listeners implements TrainListener {
  private final List<TrainListener> all;
  private final StopRequest stop;
  private long step;

  Listeners(StopRequest stop, List<TrainListener> all) {
    this.stop = stop;
    this.all = List.copyOf(all);
  }

  @Override
  public void onPause() {
    all.forEach(TrainListener::onPause);
    stop.check(step == 0 ? "before a step" : "after step " + step);
  }

  @Override
  public void onNote(String text) {
    all.forEach(l -> l.onNote(text));
  }

  @Override
  public void onStart(RunInfo info) {
    all.forEach(l -> l.onStart(info));
  }

  @Override
  public void onStep(long now, long steps, double loss, double imagesPerSecond) {
    step = now;
    all.forEach(l -> l.onStep(now, steps, loss, imagesPerSecond));
  }

  @Override
  public void onLoss(TrainMetric metric) {
    all.forEach(l -> l.onLoss(metric));
  }

  @Override
  public void onEvaluation(EvalMetric metric) {
    all.forEach(l -> l.onEvaluation(metric));
  }

  @Override
  public void onProbe(ProbeMetric metric) {
    all.forEach(l -> l.onProbe(metric));
  }
}
