// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import dev.secant.lab.metrics.LayerNonLin;

/** Accumulates one layer's per-pair values in order: distance, floor, relative, one_minus_cos. */
final class LayerStatistics {
  private long n;
  private double mean;
  private double squaredDeviations;
  private double squares;
  private double floor;
  private double relative;
  private double oneMinusCos;

  void add(double[] fields, int at) {
    double d = fields[at];
    n++;
    double delta = d - mean;
    mean += delta / n;
    squaredDeviations += delta * (d - mean);
    squares += d * d;
    floor += fields[at + 1];
    relative += fields[at + 2];
    oneMinusCos += fields[at + 3];
  }

  LayerNonLin result(int layer) {
    double stderr = n > 1 ? Math.sqrt(squaredDeviations / (n - 1) / n) : 0;
    return new LayerNonLin(
        layer, mean, stderr, mean * n, squares / n, floor / n, relative / n, oneMinusCos / n);
  }
}
