// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.NonLinProblem;

/** Norms in one loop, differences in another, sums in double. */
final class PlainNonLin implements Contender {
  private static final int FIELDS = 4;

  private final NonLinProblem problem;
  private final float[][] points;
  private final float[][] mixed;
  private final int[] rows;
  private final float[] lambda;
  private final double[] out;

  PlainNonLin(NonLinProblem problem) {
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

  @Override
  public void run() {
    int n = problem.n();
    Rows.split(
        points.length * n,
        (begin, end) -> {
          for (int i = begin; i < end; i++) pair(i / n, i % n, FIELDS * i);
        });
  }

  private void pair(int l, int b, int at) {
    int d = problem.layers().get(l);
    float[] f = points[l];
    float[] g = mixed[l];
    int p = rows[2 * b] * d;
    int q = rows[2 * b + 1] * d;
    int r = b * d;
    double lp = lambda[2 * b];
    double lq = lambda[2 * b + 1];
    double pp = 0;
    double qq = 0;
    double gg = 0;
    double mm = 0;
    for (int i = 0; i < d; i++) {
      double u = f[p + i];
      double v = f[q + i];
      double w = g[r + i];
      double m = lp * u + lq * v;
      pp += u * u;
      qq += v * v;
      gg += w * w;
      mm += m * m;
    }
    double up = lp / Math.sqrt(pp);
    double uq = lq / Math.sqrt(qq);
    double ug = 1 / Math.sqrt(gg);
    double um = 1 / Math.sqrt(mm);
    double distance = 0;
    double floor = 0;
    double relative = 0;
    double angle = 0;
    for (int i = 0; i < d; i++) {
      double u = f[p + i];
      double v = f[q + i];
      double w = g[r + i];
      double m = lp * u + lq * v;
      double h = up * u + uq * v;
      double toH = ug * w - h;
      double fromM = um * m - h;
      double off = w - m;
      double between = ug * w - um * m;
      distance += toH * toH;
      floor += fromM * fromM;
      relative += off * off;
      angle += between * between;
    }
    out[at] = Math.sqrt(distance);
    out[at + 1] = Math.sqrt(floor);
    out[at + 2] = Math.sqrt(relative) * um;
    out[at + 3] = angle / 2;
  }

  @Override
  public double[] result() {
    return out.clone();
  }
}
