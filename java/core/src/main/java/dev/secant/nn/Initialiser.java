// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.nn;

import dev.secant.random.Philox;
import dev.secant.random.Purpose;

/**
 * Initial weights: convolutions N(0, 2/(k²·C_out)), dense Glorot normal, γ = 1, β = 0, biases 0.
 * Element e of the i-th parameter is half of a Box–Muller pair of block (INIT, i, e / 4, 0), so it
 * depends on the seed alone.
 */
public final class Initialiser {
  private Initialiser() {}

  public static void initialise(Params params, long seed) {
    int index = 0;
    for (ParamLayout.Entry e : params.layout().entries()) {
      params.get(e.name()).set(values(e, seed, index++));
    }
    params.refreshCopy();
  }

  /** Running means 0, variances 1. */
  public static void resetStatistics(Params statistics) {
    for (ParamLayout.Entry e : statistics.layout().entries()) {
      double[] values = new double[e.shape().arrayLength()];
      if (e.name().endsWith("/variance")) java.util.Arrays.fill(values, 1);
      statistics.get(e.name()).set(values);
    }
  }

  private static double[] values(ParamLayout.Entry e, long seed, int index) {
    int n = e.shape().arrayLength();
    if (e.kernel()) return normals(n, deviation(e), seed, index);
    double[] values = new double[n];
    if (e.name().endsWith("/gamma")) java.util.Arrays.fill(values, 1);
    return values;
  }

  /** Of a kernel (O, k, k, I) or a dense one (C, D). */
  private static double deviation(ParamLayout.Entry e) {
    if (e.shape().rank() == 2) return Math.sqrt(2.0 / (e.shape().dim(0) + e.shape().dim(1)));
    return Math.sqrt(2.0 / (e.shape().dim(1) * e.shape().dim(2) * e.shape().dim(0)));
  }

  private static double[] normals(int n, double deviation, long seed, int index) {
    double[] out = new double[n];
    int[] block = new int[4];
    for (int e = 0; e < n; e += 4) {
      Philox.block(seed, Purpose.INIT.word(0, 0), index, e / 4, 0, block);
      for (int pair = 0; pair < 2; pair++) {
        double radius = deviation * Math.sqrt(-2 * StrictMath.log(Philox.uniform(block[2 * pair])));
        double angle = 2 * Math.PI * Philox.uniform(block[2 * pair + 1]);
        int at = e + 2 * pair;
        if (at < n) out[at] = radius * StrictMath.cos(angle);
        if (at + 1 < n) out[at + 1] = radius * StrictMath.sin(angle);
      }
    }
    return out;
  }
}
