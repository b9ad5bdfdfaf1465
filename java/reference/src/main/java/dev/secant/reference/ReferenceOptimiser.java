// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Adam;
import dev.secant.backend.Op;
import dev.secant.backend.OptimTensors;
import dev.secant.backend.Scalars;
import dev.secant.tensor.Tensor;

/**
 * With t = step + 1 and g the gradient: m = β1 m + (1 − β1) g; v = β2 v + (1 − β2) g²; p −= lr ·
 * √(1 − β2^t) / (1 − β1^t) · m / (√v + eps); then the kernels p ·= 1 − decay · lr; then ema = rate
 * · ema + (1 − rate) p.
 */
final class ReferenceOptimiser implements Op {
  private final Adam adam;
  private final Tensor step;
  private final Scalars scalars;
  private final OptimTensors t;
  private final Tensor grad;
  private final Tensor p;
  private final Tensor m;
  private final Tensor v;
  private final Tensor ema;

  ReferenceOptimiser(Adam adam, Tensor step, Scalars scalars, OptimTensors t) {
    this.adam = adam;
    this.step = step;
    this.scalars = scalars;
    this.t = t;
    this.grad = t.grad();
    this.p = t.p();
    this.m = t.m();
    this.v = t.v();
    this.ema = t.ema();
  }

  @Override
  public void run() {
    double lr = scalars.learningRate().toDoubles()[0];
    adamStep(lr);
    decay(lr);
    average(scalars.emaRate().toDoubles()[0]);
    if (t.copy() != null) t.copy().copyFrom(p);
    if (t.emaCopy() != null) t.emaCopy().copyFrom(ema);
  }

  private void adamStep(double lr) {
    long t = step.toLongs()[0] + 1;
    double rate = lr * Math.sqrt(1 - Math.pow(adam.beta2(), t)) / (1 - Math.pow(adam.beta1(), t));
    double[] g = grad.toDoubles();
    double[] parameter = p.toDoubles();
    double[] first = m.toDoubles();
    double[] second = v.toDoubles();
    for (int i = 0; i < g.length; i++) {
      first[i] = adam.beta1() * first[i] + (1 - adam.beta1()) * g[i];
      second[i] = adam.beta2() * second[i] + (1 - adam.beta2()) * g[i] * g[i];
      parameter[i] -= rate * first[i] / (Math.sqrt(second[i]) + adam.eps());
    }
    m.set(first);
    v.set(second);
    p.set(parameter);
  }

  private void decay(double lr) {
    double[] parameter = p.toDoubles();
    for (int i = 0; i < adam.decayed(); i++) parameter[i] *= 1 - adam.weightDecay() * lr;
    p.set(parameter);
  }

  private void average(double rate) {
    double[] parameter = p.toDoubles();
    double[] average = ema.toDoubles();
    for (int i = 0; i < average.length; i++)
      average[i] = rate * average[i] + (1 - rate) * parameter[i];
    ema.set(average);
  }
}
