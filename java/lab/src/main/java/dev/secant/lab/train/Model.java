// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.backend.Plan;
import dev.secant.backend.Scalars;
import dev.secant.nn.Initialiser;
import dev.secant.nn.ParamLayout;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All state of a training run: weights, their EMA, running statistics, optimiser state, the step
 * counter.
 */
public final class Model {
  private final WideResNetSpec spec;
  private final Params raw;
  private final Params ema;
  private final Params statistics;
  private final Params gradients;
  private final Tensor m;
  private final Tensor v;
  private final Tensor step;
  private final Scalars scalars;

  /** Zeros, with running variances of one. */
  public Model(Plan plan, WideResNetSpec spec) {
    this.spec = spec;
    this.raw = Params.weights(plan, spec.parameters());
    this.ema = Params.weights(plan, spec.parameters());
    this.gradients = new Params(plan, spec.parameters());
    this.statistics = new Params(plan, spec.statistics());
    this.m = plan.real(raw.layout().count());
    this.v = plan.real(raw.layout().count());
    this.step = plan.tensor(DType.I64, 1);
    this.scalars = Scalars.of(plan);
    Initialiser.resetStatistics(statistics);
  }

  public WideResNetSpec spec() {
    return spec;
  }

  public Params raw() {
    return raw;
  }

  public Params ema() {
    return ema;
  }

  /** Running means and variances. */
  public Params statistics() {
    return statistics;
  }

  Params gradients() {
    return gradients;
  }

  Tensor m() {
    return m;
  }

  Tensor v() {
    return v;
  }

  /** (1) I64: updates made so far. */
  public Tensor step() {
    return step;
  }

  /**
   * Every tensor that outlives a step, by its name in a checkpoint: {@code raw/…}, {@code ema/…},
   * {@code bn/…} as in a model's file, and Adam's moments {@code adam-m/…}, {@code adam-v/…}. The
   * step counter is not among them, nor the gradients, which every step makes anew.
   */
  Map<String, Tensor> state() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (ParamLayout.Entry e : raw.layout().entries()) {
      all.put("raw/" + e.name(), raw.get(e.name()));
      all.put("ema/" + e.name(), ema.get(e.name()));
      all.put("adam-m/" + e.name(), m.view(e.offset(), e.shape().dims()));
      all.put("adam-v/" + e.name(), v.view(e.offset(), e.shape().dims()));
    }
    for (ParamLayout.Entry e : statistics.layout().entries())
      all.put("bn/" + e.name(), statistics.get(e.name()));
    return all;
  }

  Scalars scalars() {
    return scalars;
  }
}
