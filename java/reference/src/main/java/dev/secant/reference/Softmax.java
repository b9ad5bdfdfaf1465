// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

/** Softmax over rows of (B, C), and its gradient. */
final class Softmax {
  private Softmax() {}

  static double[] ofRows(double[] logits, int classes) {
    double[] probabilities = ofRowsInLogs(logits, classes);
    for (int i = 0; i < probabilities.length; i++) probabilities[i] = Math.exp(probabilities[i]);
    return probabilities;
  }

  /** z − max − log Σ exp(z − max). */
  static double[] ofRowsInLogs(double[] logits, int classes) {
    double[] out = new double[logits.length];
    for (int row = 0; row < logits.length; row += classes) {
      double max = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < classes; c++) max = Math.max(max, logits[row + c]);
      double sum = 0;
      for (int c = 0; c < classes; c++) sum += Math.exp(logits[row + c] - max);
      for (int c = 0; c < classes; c++) out[row + c] = logits[row + c] - max - Math.log(sum);
    }
    return out;
  }

  /** dL/dz = p · (dL/dp − Σ p dL/dp) per row. */
  static double[] gradient(double[] probabilities, double[] dL_dp, int classes) {
    double[] out = new double[probabilities.length];
    for (int row = 0; row < out.length; row += classes) {
      double dot = 0;
      for (int c = 0; c < classes; c++) dot += probabilities[row + c] * dL_dp[row + c];
      for (int c = 0; c < classes; c++)
        out[row + c] = probabilities[row + c] * (dL_dp[row + c] - dot);
    }
    return out;
  }
}
