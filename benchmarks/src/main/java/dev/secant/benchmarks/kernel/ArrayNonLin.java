// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.NonLinProblem;

/** NonLin over Java's arrays, pairs of all layers shared out among the cores. */
public abstract class ArrayNonLin implements Contender {
  private static final int FIELDS = 4;

  protected final NonLinProblem problem;
  protected final float[][] points;
  protected final float[][] mixed;
  protected final int[] rows;
  protected final float[] lambda;
  protected final double[] out;

  protected ArrayNonLin(NonLinProblem problem) {
    this.problem = problem;
    int layers = problem.layers().size();
    this.points = new float[layers][];
    this.mixed = new float[layers][];
    for (int l = 0; l < layers; l++) {
      points[l] = problem.points(l);
      mixed[l] = problem.mixed(l);
    }
    this.rows = problem.rows();
    this.lambda = problem.lambda();
    this.out = new double[layers * problem.n() * FIELDS];
  }

  /** Measures pair b of layer l into the four fields from {@code at}. */
  protected abstract void pair(int l, int b, int at);

  @Override
  public final void run() {
    int n = problem.n();
    Rows.split(
        points.length * n,
        (begin, end) -> {
          for (int i = begin; i < end; i++) pair(i / n, i % n, FIELDS * i);
        });
  }

  @Override
  public final double[] result() {
    return out.clone();
  }
}
