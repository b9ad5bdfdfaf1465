// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;

/**
 * The ICT loss D(f(Mix u) − Mix f(u)), eq. 2; {@code secant_consistency} of secant.h defines spaces
 * and reductions.
 */
public record Consistency(Space space, Reduction reduction) {
  public enum Space {
    LOGIT,
    PROB,
    LOGIT_SOFTMAX
  }

  public enum Reduction {
    MEAN,
    SUM,
    L2
  }

  /**
   * @param student real (B, C) logits of the mixed inputs
   * @param targets real (T, C) logits of the source rows
   * @param rows (B, K) I32
   * @param lambda (B, K) F32
   * @param weight real (1), read when the op runs
   * @param loss real (1), the unweighted loss
   * @param dL_dstudent real (B, C), weighted
   * @param dL_dtargets real (T, C), weighted, or null for a stop-gradient
   */
  public record Tensors(
      Tensor student,
      Tensor targets,
      Tensor rows,
      Tensor lambda,
      Tensor weight,
      Tensor loss,
      Tensor dL_dstudent,
      Tensor dL_dtargets) {}
}
