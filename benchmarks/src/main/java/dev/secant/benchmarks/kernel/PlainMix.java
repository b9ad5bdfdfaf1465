// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.MixProblem;
import java.util.Arrays;

/** Point by point; weights sum to 1, so the shift of the normalisation is added once. */
final class PlainMix extends ArrayMix {
  PlainMix(MixProblem problem) {
    super(problem);
  }

  @Override
  protected void row(int b) {
    int k = problem.k();
    int to = b * MixProblem.IMAGE;
    Arrays.fill(out, to, to + MixProblem.IMAGE, MixProblem.SHIFT);
    for (int j = b * k; j < (b + 1) * k; j++)
      add(lambda[j] * MixProblem.SCALE, images[j] * MixProblem.IMAGE, to);
  }

  private void add(float weight, int from, int to) {
    for (int i = 0; i < MixProblem.IMAGE; i++) out[to + i] += weight * (pool[from + i] & 0xff);
  }
}
