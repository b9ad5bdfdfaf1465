// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.MixProblem;

/** Mixing over Java's arrays, rows shared out among the cores. */
public abstract class ArrayMix implements Contender {
  protected final MixProblem problem;
  protected final byte[] pool;
  protected final int[] images;
  protected final float[] lambda;
  protected final float[] out;

  protected ArrayMix(MixProblem problem) {
    this.problem = problem;
    this.pool = problem.pool();
    this.images = problem.images();
    this.lambda = problem.lambda();
    this.out = new float[problem.n() * MixProblem.IMAGE];
  }

  /** Mixes row b. */
  protected abstract void row(int b);

  @Override
  public final void run() {
    Rows.split(
        problem.n(),
        (begin, end) -> {
          for (int b = begin; b < end; b++) row(b);
        });
  }

  @Override
  public final double[] result() {
    return Rows.doubles(out);
  }
}
