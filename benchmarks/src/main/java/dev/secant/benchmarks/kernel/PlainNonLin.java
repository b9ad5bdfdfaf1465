// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.NonLinProblem;

/** Norms in one loop, differences in another, sums in double. */
final class PlainNonLin extends ArrayNonLin {
  PlainNonLin(NonLinProblem problem) {
    super(problem);
  }

  @Override
  protected void pair(int l, int b, int at) {
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
}
