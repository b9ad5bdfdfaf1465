// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.MixProblem;
import java.util.Arrays;

final class PlainMix implements Contender {
  private final MixProblem problem;
  private final byte[] pool;
  private final int[] images;
  private final float[] lambda;
  private final float[] out;

  PlainMix(MixProblem problem) {
    this.problem = problem;
    this.pool = problem.pool();
    this.images = problem.images();
    this.lambda = problem.lambda();
    this.out = new float[problem.n() * MixProblem.IMAGE];
  }

  @Override
  public void run() {
    Rows.split(problem.n(), this::rows);
  }

  private void rows(int begin, int end) {
    int k = problem.k();
    for (int b = begin; b < end; b++) {
      int to = b * MixProblem.IMAGE;
      Arrays.fill(out, to, to + MixProblem.IMAGE, MixProblem.SHIFT);
      for (int j = b * k; j < (b + 1) * k; j++)
        add(lambda[j] * MixProblem.SCALE, images[j] * MixProblem.IMAGE, to);
    }
  }

  /** Weights sum to 1, so the shift of the normalisation is added once. */
  private void add(float weight, int from, int to) {
    for (int i = 0; i < MixProblem.IMAGE; i++) out[to + i] += weight * (pool[from + i] & 0xff);
  }

  @Override
  public double[] result() {
    return Rows.doubles(out);
  }
}
