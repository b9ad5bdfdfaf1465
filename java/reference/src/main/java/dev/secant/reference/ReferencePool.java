// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Differentiable;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.WrongStateException;

/** pooled_b = mean over pixels of y_b; dL_dy = dL_dpooled / pixels. */
final class ReferencePool implements Differentiable {
  private final ReferencePlan plan;
  private final Tensor y;
  private final Tensor pooled;
  private final Tensor dL_dpooled;
  private final Tensor dL_dy;
  private final int channels;
  private final int pixels;

  ReferencePool(ReferencePlan plan, Tensor y, Tensor pooled, Tensor dL_dpooled, Tensor dL_dy) {
    this.plan = plan;
    this.y = y;
    this.pooled = pooled;
    this.dL_dpooled = dL_dpooled;
    this.dL_dy = dL_dy;
    this.channels = (int) y.dim(3);
    this.pixels = (int) (y.dim(1) * y.dim(2));
  }

  /** The element of (B, D) that element i of (B, pixels, D) goes into. */
  private int target(int i) {
    return i / (pixels * channels) * channels + i % channels;
  }

  @Override
  public void forward() {
    plan.requireOpen();
    double[] values = y.toDoubles();
    double[] means = new double[(int) pooled.count()];
    for (int i = 0; i < values.length; i++) means[target(i)] += values[i] / pixels;
    pooled.set(means);
  }

  @Override
  public void backward() {
    plan.requireOpen();
    if (dL_dy == null)
      throw new WrongStateException(
          ErrorCode.WRONG_STATE, "the pool was planned without gradients");
    double[] gradient = dL_dpooled.toDoubles();
    double[] spread = new double[(int) y.count()];
    for (int i = 0; i < spread.length; i++) spread[i] = gradient[target(i)] / pixels;
    dL_dy.set(spread);
  }
}
