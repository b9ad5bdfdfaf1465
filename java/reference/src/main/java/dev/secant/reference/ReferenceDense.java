// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Differentiable;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.WrongStateException;

/** logits = x wᵀ + bias; dL_dx = g w, dL_dw = gᵀ x, dL_dbias = Σ_b g, with g = dL_dlogits. */
final class ReferenceDense implements Differentiable {
  private final ReferencePlan plan;
  private final Tensor x;
  private final Tensor w;
  private final Tensor bias;
  private final Tensor logits;
  private final Tensor dL_dlogits;
  private final Tensor dL_dx;
  private final Tensor dL_dw;
  private final Tensor dL_dbias;
  private final int batch;
  private final int features;
  private final int classes;

  ReferenceDense(
      ReferencePlan plan,
      Tensor x,
      Tensor w,
      Tensor bias,
      Tensor logits,
      Tensor dL_dlogits,
      Tensor dL_dx,
      Tensor dL_dw,
      Tensor dL_dbias) {
    this.plan = plan;
    this.x = x;
    this.w = w;
    this.bias = bias;
    this.logits = logits;
    this.dL_dlogits = dL_dlogits;
    this.dL_dx = dL_dx;
    this.dL_dw = dL_dw;
    this.dL_dbias = dL_dbias;
    this.batch = (int) x.dim(0);
    this.features = (int) x.dim(1);
    this.classes = (int) w.dim(0);
  }

  @Override
  public void forward() {
    plan.requireOpen();
    double[] input = x.toDoubles();
    double[] weights = w.toDoubles();
    double[] offsets = bias.toDoubles();
    double[] out = new double[batch * classes];
    for (int b = 0; b < batch; b++) {
      for (int c = 0; c < classes; c++) {
        double sum = offsets[c];
        for (int f = 0; f < features; f++)
          sum += input[b * features + f] * weights[c * features + f];
        out[b * classes + c] = sum;
      }
    }
    logits.set(out);
  }

  @Override
  public void backward() {
    plan.requireOpen();
    if (dL_dlogits == null)
      throw new WrongStateException(
          ErrorCode.WRONG_STATE, "the dense layer was planned without gradients");
    double[] g = dL_dlogits.toDoubles();
    double[] input = x.toDoubles();
    double[] weights = w.toDoubles();
    double[] gradX = new double[batch * features];
    double[] gradW = new double[classes * features];
    double[] gradBias = new double[classes];
    for (int b = 0; b < batch; b++) {
      for (int c = 0; c < classes; c++) {
        double gradient = g[b * classes + c];
        gradBias[c] += gradient;
        for (int f = 0; f < features; f++) {
          gradX[b * features + f] += gradient * weights[c * features + f];
          gradW[c * features + f] += gradient * input[b * features + f];
        }
      }
    }
    dL_dx.set(gradX);
    dL_dw.set(gradW);
    dL_dbias.set(gradBias);
  }
}
