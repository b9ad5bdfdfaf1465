// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.vector;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.ControlProblem;
import dev.secant.benchmarks.contest.Programs;
import dev.secant.benchmarks.kernel.Rows;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Fused multiply-adds in registers, enough at a time to hide their latency, on every core. */
final class VectorFma implements Contender {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int CHAINS = 10;

  private final float[] results = new float[Programs.THREADS];

  @Override
  public void run() {
    Rows.split(
        Programs.THREADS,
        (begin, end) -> {
          for (int i = begin; i < end; i++) results[i] = chains(ControlProblem.FMA_ROUNDS);
        });
  }

  private static float chains(int rounds) {
    FloatVector x = FloatVector.broadcast(SPECIES, 0.9999f);
    FloatVector y = FloatVector.broadcast(SPECIES, 1e-4f);
    FloatVector a = x;
    FloatVector b = x;
    FloatVector c = x;
    FloatVector d = x;
    FloatVector e = x;
    FloatVector f = x;
    FloatVector g = x;
    FloatVector h = x;
    FloatVector i = x;
    FloatVector j = x;
    for (int n = 0; n < rounds; n++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
      i = i.fma(x, y);
      j = j.fma(x, y);
    }
    FloatVector sum = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j);
    return sum.lane(0);
  }

  /** One element: the operations of a run, which depend on the width of vectors. */
  @Override
  public double[] result() {
    return new double[] {
      2.0 * CHAINS * SPECIES.length() * ControlProblem.FMA_ROUNDS * results.length
    };
  }
}
