// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.tensor.Tensor;

/**
 * Rows mixed with weights: Mix_λ(p_1..p_K) = Σ_k λ_k p_k, eq. 1.
 *
 * @param rows (B, K) source row of each mixed point
 * @param lambda (B, K)
 * @param ways K
 */
record Mixture(int[] rows, float[] lambda, int ways) {
  static Mixture of(Tensor rows, Tensor lambda) {
    return new Mixture(rows.toInts(), lambda.toFloats(), (int) rows.dim(1));
  }

  int batch() {
    return rows.length / ways;
  }

  int row(int b, int k) {
    return rows[b * ways + k];
  }

  double weight(int b, int k) {
    return lambda[b * ways + k];
  }

  /** (B, features) from source (T, features). */
  double[] of(double[] source, int features) {
    double[] out = new double[batch() * features];
    for (int b = 0; b < batch(); b++) {
      for (int k = 0; k < ways; k++) {
        for (int d = 0; d < features; d++) {
          out[b * features + d] += weight(b, k) * source[row(b, k) * features + d];
        }
      }
    }
    return out;
  }

  /**
   * The transpose of {@link #of}: gradient (T, features) of the source from that of the mixture (B,
   * features).
   */
  double[] gradient(double[] dL_dout, int sources, int features) {
    double[] dL_dsource = new double[sources * features];
    for (int b = 0; b < batch(); b++) {
      for (int k = 0; k < ways; k++) {
        for (int d = 0; d < features; d++) {
          dL_dsource[row(b, k) * features + d] += weight(b, k) * dL_dout[b * features + d];
        }
      }
    }
    return dL_dsource;
  }
}
