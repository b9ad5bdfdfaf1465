// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;

/**
 * The end of a training step, forward and backward: pooling, dense layer, cross entropy of the
 * first B rows, consistency of the M rows behind them, and the gradients of it all.
 *
 * @param consistency null when M is 0
 * @param labelled B, at least 1
 * @param mixed M
 */
public record Head(Consistency consistency, int labelled, int mixed) {
  /** Supervised only. */
  public static Head supervised(int labelled) {
    return new Head(null, labelled, 0);
  }

  /** The same op made of a plan's other ops. */
  public Op ofParts(Plan plan, Tensors tensors) {
    return new ComposedHead(plan, this, tensors);
  }

  /**
   * N = B + M rows where a teacher is given, else B + M + T: the last T are the sources themselves.
   *
   * @param y activation (N, H, W, D)
   * @param w real (C, D)
   * @param bias real (C)
   * @param targets real (B, C), rows sum to 1
   * @param teacher real (T, C) logits of the sources, which take no gradient; null: the last T rows
   *     are the sources and take theirs, or there is no consistency
   * @param rows (M, K) I32 source row of each mixed point; null without consistency, like lambda,
   *     weight and consistencyLoss
   * @param lambda (M, K) F32
   * @param weight real (1) of the consistency, read when the op runs
   * @param pooled real (N, D)
   * @param logits real (N, C)
   * @param loss real (1), the cross entropy
   * @param consistencyLoss real (1), unweighted
   * @param dL_dlogits real (N, C)
   * @param dL_dw real (C, D)
   * @param dL_dbias real (C)
   * @param dL_dy activation (N, H, W, D)
   */
  public record Tensors(
      Tensor y,
      Tensor w,
      Tensor bias,
      Tensor targets,
      Tensor teacher,
      Tensor rows,
      Tensor lambda,
      Tensor weight,
      Tensor pooled,
      Tensor logits,
      Tensor loss,
      Tensor consistencyLoss,
      Tensor dL_dlogits,
      Tensor dL_dw,
      Tensor dL_dbias,
      Tensor dL_dy) {
    /** In the order above, nulls among them. */
    Tensor[] all() {
      return new Tensor[] {
        y,
        w,
        bias,
        targets,
        teacher,
        rows,
        lambda,
        weight,
        pooled,
        logits,
        loss,
        consistencyLoss,
        dL_dlogits,
        dL_dw,
        dL_dbias,
        dL_dy
      };
    }
  }
}
