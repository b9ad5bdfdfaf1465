// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.vector;

import dev.secant.benchmarks.contest.NonLinProblem;
import dev.secant.benchmarks.kernel.ArrayNonLin;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * All fields from six dot products in single precision, in one pass: half the work of two passes in
 * double, and useless where layers are nearly linear, for the differences cancel.
 */
final class VectorNonLin extends ArrayNonLin {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  VectorNonLin(NonLinProblem problem) {
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
    FloatVector vpp = FloatVector.zero(SPECIES);
    FloatVector vqq = vpp;
    FloatVector vgg = vpp;
    FloatVector vpq = vpp;
    FloatVector vpg = vpp;
    FloatVector vqg = vpp;
    int i = 0;
    for (; i < SPECIES.loopBound(d); i += SPECIES.length()) {
      FloatVector u = FloatVector.fromArray(SPECIES, f, p + i);
      FloatVector v = FloatVector.fromArray(SPECIES, f, q + i);
      FloatVector w = FloatVector.fromArray(SPECIES, g, r + i);
      vpp = u.fma(u, vpp);
      vqq = v.fma(v, vqq);
      vgg = w.fma(w, vgg);
      vpq = u.fma(v, vpq);
      vpg = u.fma(w, vpg);
      vqg = v.fma(w, vqg);
    }
    double pp = vpp.reduceLanes(VectorOperators.ADD);
    double qq = vqq.reduceLanes(VectorOperators.ADD);
    double gg = vgg.reduceLanes(VectorOperators.ADD);
    double pq = vpq.reduceLanes(VectorOperators.ADD);
    double pg = vpg.reduceLanes(VectorOperators.ADD);
    double qg = vqg.reduceLanes(VectorOperators.ADD);
    for (; i < d; i++) {
      double u = f[p + i];
      double v = f[q + i];
      double w = g[r + i];
      pp += u * u;
      qq += v * v;
      gg += w * w;
      pq += u * v;
      pg += u * w;
      qg += v * w;
    }
    double x = lambda[2 * b];
    double y = lambda[2 * b + 1];
    double mm = x * x * pp + 2 * x * y * pq + y * y * qq;
    double gm = x * pg + y * qg;
    double s = x / Math.sqrt(pp);
    double t = y / Math.sqrt(qq);
    double hh = s * s * pp + 2 * s * t * pq + t * t * qq;
    double gh = s * pg + t * qg;
    double mh = x * s * pp + (x * t + y * s) * pq + y * t * qq;
    double ng = Math.sqrt(gg);
    double nm = Math.sqrt(mm);
    out[at] = Math.sqrt(1 - 2 * gh / ng + hh);
    out[at + 1] = Math.sqrt(1 - 2 * mh / nm + hh);
    out[at + 2] = Math.sqrt(gg - 2 * gm + mm) / nm;
    out[at + 3] = 1 - gm / (ng * nm);
  }
}
