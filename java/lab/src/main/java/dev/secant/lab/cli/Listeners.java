// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.TrainMetric;
import dev.secant.lab.train.RunInfo;
import dev.secant.lab.train.TrainListener;
import java.util.List;
import java.util.function.Consumer;

/** Several listeners as one, which also ends the run when asked to stop. */
final class Listeners implements TrainListener {
  private final List<TrainListener> all;
  private final StopRequest stop;
  private long step;

  Listeners(StopRequest stop, List<TrainListener> all) {
    this.stop = stop;
    this.all = List.copyOf(all);
  }

  private void each(Consumer<TrainListener> call) {
    all.forEach(call);
    stop.check("after step " + step);
  }

  @Override
  public void onPause() {
    each(TrainListener::onPause);
  }

  @Override
  public void onStart(RunInfo info) {
    each(l -> l.onStart(info));
  }

  @Override
  public void onStep(long now, long steps, double loss, double imagesPerSecond) {
    step = now;
    each(l -> l.onStep(now, steps, loss, imagesPerSecond));
  }

  @Override
  public void onLoss(TrainMetric metric) {
    each(l -> l.onLoss(metric));
  }

  @Override
  public void onEvaluation(EvalMetric metric) {
    each(l -> l.onEvaluation(metric));
  }

  @Override
  public void onProbe(ProbeMetric metric) {
    each(l -> l.onProbe(metric));
  }
}
