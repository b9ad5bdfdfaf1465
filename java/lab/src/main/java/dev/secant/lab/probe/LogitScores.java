// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

/** Accuracy, cross-entropy and spread over batches of logits. */
final class LogitScores {
  private final int classes;
  private final double[] sums;
  private final double[] squares;
  private long n;
  private long correct;
  private double loss;

  LogitScores(int classes) {
    this.classes = classes;
    this.sums = new double[classes];
    this.squares = new double[classes];
  }

  /** The first {@code rows} rows of logits (·, C). */
  void add(double[] logits, int[] labels, int rows) {
    for (int r = 0; r < rows; r++) {
      int at = r * classes;
      for (int c = 0; c < classes; c++) {
        double z = logits[at + c];
        sums[c] += z;
        squares[c] += z * z;
      }
      int best = largest(logits, at);
      if (best == labels[r]) correct++;
      loss += best < 0 ? Double.NaN : crossEntropy(logits, at, best, labels[r]);
      n++;
    }
  }

  /** The class of the largest logit; -1 where one is NaN, which is no answer at all. */
  private int largest(double[] logits, int at) {
    int best = 0;
    for (int c = 0; c < classes; c++) {
      if (Double.isNaN(logits[at + c])) return -1;
      if (logits[at + c] > logits[at + best]) best = c;
    }
    return best;
  }

  private double crossEntropy(double[] logits, int at, int best, int label) {
    return logSumExp(logits, at, logits[at + best]) - logits[at + label];
  }

  private double logSumExp(double[] logits, int at, double max) {
    double sum = 0;
    for (int c = 0; c < classes; c++) sum += Math.exp(logits[at + c] - max);
    return max + Math.log(sum);
  }

  Evaluation evaluation() {
    double spread = 0;
    for (int c = 0; c < classes; c++) {
      double mean = sums[c] / n;
      spread += Math.sqrt(Math.max(0, squares[c] / n - mean * mean));
    }
    return new Evaluation((double) correct / n, loss / n, spread / classes);
  }
}
