// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;

/**
 * Batch norm, leaky ReLU and, before them, a residual add: v = x + residual, y = leaky(γ·(v −
 * mean)/√(var + eps) + β). The op keeps the batch statistics of its last forward pass for its
 * backward pass.
 */
public interface Norm {
  /** Which statistics normalise. */
  enum Statistics {
    /** Those of the batch, per segment. */
    BATCH,
    /** The running ones; one segment, no backward. */
    RUNNING
  }

  /**
   * @param segments equal parts of the batch with statistics of their own
   * @param updates bit s set: segment s updates the running statistics
   * @param slope of the leaky ReLU below zero
   */
  record Spec(Statistics statistics, int segments, int updates, double eps, double slope) {}

  /**
   * @param x (B, H, W, D)
   * @param residual as x, or null
   * @param sum where v is kept, as x; may be x or residual itself; null without residual (then v is
   *     x)
   * @param gamma (D)
   * @param beta (D)
   * @param runningMean (D); may be null when neither read nor updated
   * @param runningVariance (D); likewise
   * @param rate (1) share of the old running statistics that is kept; null when nothing is updated
   * @param y as x
   * @param dL_dy as x; null together with the other gradients: forward only
   * @param addend as x, added to dL_dx, or null
   * @param dL_dx as x, the gradient of v; may be dL_dy or addend
   * @param dL_dgamma (D)
   * @param dL_dbeta (D)
   */
  record Tensors(
      Tensor x,
      Tensor residual,
      Tensor sum,
      Tensor gamma,
      Tensor beta,
      Tensor runningMean,
      Tensor runningVariance,
      Tensor rate,
      Tensor y,
      Tensor dL_dy,
      Tensor addend,
      Tensor dL_dx,
      Tensor dL_dgamma,
      Tensor dL_dbeta) {}

  void forward();

  void backward();
}
