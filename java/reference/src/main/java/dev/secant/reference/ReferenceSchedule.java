// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Op;
import dev.secant.backend.Scalars;
import dev.secant.backend.Schedule;
import dev.secant.tensor.Tensor;

/** Learning rate, consistency weight, EMA and batch-norm rates of step t. */
final class ReferenceSchedule implements Op {
  private final Schedule schedule;
  private final Tensor step;
  private final Scalars scalars;

  ReferenceSchedule(Schedule schedule, Tensor step, Scalars scalars) {
    this.schedule = schedule;
    this.step = step;
    this.scalars = scalars;
  }

  @Override
  public void run() {
    long t = step.toLongs()[0];
    scalars.learningRate().set(learningRate(t));
    scalars.weight().set(weight(t));
    scalars.emaRate().set(rate(t, schedule.emaDecay(), schedule.emaWarmup()));
    scalars.bnRate().set(rate(t, schedule.bnDecay(), schedule.bnWarmup()));
  }

  private double learningRate(long t) {
    if (!schedule.cosine()) return schedule.learningRate();
    return schedule.learningRate() * Math.cos(7 * Math.PI * t / (16.0 * schedule.steps()));
  }

  /**
   * Linear from 0 to the maximum over the ramp, then flat; without a ramp the maximum from the
   * start.
   */
  private double weight(long t) {
    double ramp = schedule.rampFraction() * schedule.steps();
    return schedule.weightMax() * (t >= ramp ? 1 : t / ramp);
  }

  private static double rate(long t, double decay, boolean warmup) {
    return warmup ? Math.min(decay, (1.0 + t) / (10.0 + t)) : decay;
  }
}
