// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.Tensor;

/**
 * A batch as the parameters of its draw; {@code secant_recipe} of secant.h says exactly what it
 * expands to.
 *
 * @param stream 0 labelled, 1 unlabelled: part of the counter, so streams are independent
 * @param batch B; B · K at most 715,827,882
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

  /** Each has three numbers of its crop in one array. */
  static final int MOST_ROWS = Integer.MAX_VALUE / 3;

  public enum Partners {
    SHIFT,
    INDEPENDENT
  }

  public enum LambdaScope {
    SAMPLE,
    BATCH
  }

  /**
   * T: rows of the clean (teacher) batch.
   *
   * @throws InvalidArgumentException if they are too many for one array
   */
  public int sources() {
    if (partners == Partners.SHIFT) return batch;
    long sources = (long) batch * ways;
    if (sources > MOST_ROWS)
      throw new InvalidArgumentException(
          "recipe.batch x recipe.ways must be at most " + MOST_ROWS + ", got " + sources);
    return (int) sources;
  }
}
