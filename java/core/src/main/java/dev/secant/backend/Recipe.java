// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;

/**
 * A batch as the parameters of its draw; {@code secant_recipe} of secant.h says exactly what it
 * expands to.
 *
 * @param stream 0 labelled, 1 unlabelled: part of the counter, so streams are independent
 * @param batch B; B · K below 2^31
 * @param ways K, 1..16
 * @param flip horizontal flips
 * @param pad reflect-pad of the random crop; 0 = none
 * @param alpha Dirichlet parameters (K)
 * @param members (M) I32, pool indices the batch is drawn from
 */
public record Recipe(
    long seed,
    int stream,
    int batch,
    int ways,
    Partners partners,
    LambdaScope lambdaScope,
    boolean flip,
    int pad,
    double[] alpha,
    Tensor members) {

  public enum Partners {
    SHIFT,
    INDEPENDENT
  }

  public enum LambdaScope {
    SAMPLE,
    BATCH
  }

  /** T: rows of the clean (teacher) batch. */
  public int sources() {
    return partners == Partners.SHIFT ? batch : batch * ways;
  }
}
