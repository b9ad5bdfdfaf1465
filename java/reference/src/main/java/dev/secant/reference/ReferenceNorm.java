// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Norm;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.WrongStateException;

/**
 * v = x + residual; x̂ = (v − mean_s) / √(var_s + eps); z = γ x̂ + β; y = z or slope · z below
 * zero. Statistics of segment s are over its n pixels, the variance biased; the running variance
 * takes n / (n − 1) of it.
 *
 * <p>Backward, with g = dL/dz: dL_dβ = Σ g, dL_dγ = Σ g x̂ (over all segments), dL_dv = γ / √(var_s
 * + eps) · (g − mean_s(g) − x̂ · mean_s(g x̂)) + addend.
 */
final class ReferenceNorm implements Norm {
  private final ReferencePlan plan;
  private final Spec spec;
  private final Tensors t;
  private final int channels;
  private final int segmentElements;
  private final double[] mean;
  private final double[] invStd;

  ReferenceNorm(ReferencePlan plan, Spec spec, Tensors tensors) {
    this.plan = plan;
    this.spec = spec;
    this.t = tensors;
    this.channels = (int) tensors.x().dim(3);
    this.segmentElements = (int) (tensors.x().count() / spec.segments());
    this.mean = new double[spec.segments() * channels];
    this.invStd = new double[spec.segments() * channels];
  }

  @Override
  public void forward() {
    plan.requireOpen();
    double[] v = t.x().toDoubles();
    if (t.residual() != null) {
      double[] residual = t.residual().toDoubles();
      for (int i = 0; i < v.length; i++) v[i] += residual[i];
    }
    if (t.sum() != null) t.sum().set(v);
    if (spec.statistics() == Statistics.RUNNING) useRunning();
    else for (int s = 0; s < spec.segments(); s++) measure(s, v);
    double[] gamma = t.gamma().toDoubles();
    double[] beta = t.beta().toDoubles();
    double[] y = new double[v.length];
    for (int i = 0; i < v.length; i++) {
      double z = gamma[i % channels] * normalised(v, i) + beta[i % channels];
      y[i] = z * slopeAt(z);
    }
    t.y().set(y);
  }

  /** Where the statistics of element i stand. */
  private int statistic(int i) {
    return i / segmentElements * channels + i % channels;
  }

  private double normalised(double[] v, int i) {
    return (v[i] - mean[statistic(i)]) * invStd[statistic(i)];
  }

  private double slopeAt(double z) {
    return z > 0 ? 1 : spec.slope();
  }

  private void useRunning() {
    double[] runningMean = t.runningMean().toDoubles();
    double[] runningVariance = t.runningVariance().toDoubles();
    for (int c = 0; c < channels; c++) {
      mean[c] = runningMean[c];
      invStd[c] = 1 / Math.sqrt(runningVariance[c] + spec.eps());
    }
  }

  private void measure(int segment, double[] v) {
    int n = segmentElements / channels;
    double[] batchMean = new double[channels];
    double[] batchVariance = new double[channels];
    int from = segment * segmentElements;
    for (int i = from; i < from + segmentElements; i++) batchMean[i % channels] += v[i] / n;
    for (int i = from; i < from + segmentElements; i++) {
      double deviation = v[i] - batchMean[i % channels];
      batchVariance[i % channels] += deviation * deviation / n;
    }
    for (int c = 0; c < channels; c++) {
      mean[segment * channels + c] = batchMean[c];
      invStd[segment * channels + c] = 1 / Math.sqrt(batchVariance[c] + spec.eps());
    }
    if ((spec.updates() >>> segment & 1) == 0) return;
    double rate = t.rate().toDoubles()[0];
    update(t.runningMean(), rate, batchMean, 1);
    update(t.runningVariance(), rate, batchVariance, n / (n - 1.0));
  }

  private static void update(Tensor running, double rate, double[] batch, double factor) {
    double[] values = running.toDoubles();
    for (int c = 0; c < values.length; c++)
      values[c] = rate * values[c] + (1 - rate) * batch[c] * factor;
    running.set(values);
  }

  @Override
  public void backward() {
    plan.requireOpen();
    if (t.dL_dy() == null)
      throw new WrongStateException(
          ErrorCode.WRONG_STATE, "the norm was planned without gradients");
    double[] v = (t.sum() == null ? t.x() : t.sum()).toDoubles();
    double[] gamma = t.gamma().toDoubles();
    double[] g = throughActivation(v, gamma);
    double[] sumG = new double[mean.length];
    double[] sumGx = new double[mean.length];
    for (int i = 0; i < v.length; i++) {
      sumG[statistic(i)] += g[i];
      sumGx[statistic(i)] += g[i] * normalised(v, i);
    }
    double n = segmentElements / channels;
    double[] dL_dv = t.addend() == null ? new double[v.length] : t.addend().toDoubles();
    for (int i = 0; i < v.length; i++) {
      int s = statistic(i);
      double centred = g[i] - sumG[s] / n - normalised(v, i) * sumGx[s] / n;
      dL_dv[i] += gamma[i % channels] * invStd[s] * centred;
    }
    t.dL_dx().set(dL_dv);
    t.dL_dgamma().set(overSegments(sumGx));
    t.dL_dbeta().set(overSegments(sumG));
  }

  private double[] throughActivation(double[] v, double[] gamma) {
    double[] beta = t.beta().toDoubles();
    double[] g = t.dL_dy().toDoubles();
    for (int i = 0; i < v.length; i++) {
      g[i] *= slopeAt(gamma[i % channels] * normalised(v, i) + beta[i % channels]);
    }
    return g;
  }

  private double[] overSegments(double[] sums) {
    double[] total = new double[channels];
    for (int i = 0; i < sums.length; i++) total[i % channels] += sums[i];
    return total;
  }
}
