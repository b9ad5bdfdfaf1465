// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

/**
 * How often images of a class are taken for each class, and the loss.
 *
 * @param counts [class][answer]; an image with a NaN among its logits has no answer and counts for
 *     none
 * @param images in all
 * @param loss mean cross-entropy, nats
 */
public record Confusion(long[][] counts, int images, double loss) {
  /**
   * @param labels (n)
   * @param logits (n, C)
   */
  public static Confusion of(int[] labels, double[] logits) {
    int classes = logits.length / labels.length;
    long[][] counts = new long[classes][classes];
    double loss = 0;
    for (int i = 0; i < labels.length; i++) {
      int answer = largest(logits, i * classes, classes);
      if (answer >= 0) counts[labels[i]][answer]++;
      loss += crossEntropy(logits, i * classes, classes, labels[i]);
    }
    return new Confusion(counts, labels.length, loss / labels.length);
  }

  /** Of all images. */
  public double accuracy() {
    long right = 0;
    for (int c = 0; c < counts.length; c++) right += counts[c][c];
    return (double) right / images;
  }

  /** Of the answered images of a class; NaN when it has none. */
  public double accuracy(int c) {
    long all = 0;
    for (long n : counts[c]) all += n;
    return all == 0 ? Double.NaN : (double) counts[c][c] / all;
  }

  /** -1 where one is NaN. */
  private static int largest(double[] z, int at, int classes) {
    int best = 0;
    for (int c = 0; c < classes; c++) {
      if (Double.isNaN(z[at + c])) return -1;
      if (z[at + c] > z[at + best]) best = c;
    }
    return best;
  }

  private static double crossEntropy(double[] z, int at, int classes, int label) {
    double top = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) top = Math.max(top, z[at + c]);
    double sum = 0;
    for (int c = 0; c < classes; c++) sum += Math.exp(z[at + c] - top);
    return top + Math.log(sum) - z[at + label];
  }
}
