// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.vector;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.ControlProblem;
import dev.secant.benchmarks.contest.Programs;
import dev.secant.benchmarks.kernel.Rows;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The sum of an array that no cache holds, on every core. */
final class VectorRead implements Contender {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private final float[] from = new float[ControlProblem.STREAM_FLOATS];
  private final float[] sums = new float[Programs.THREADS];

  @Override
  public void run() {
    int part = from.length / sums.length;
    Rows.split(
        sums.length,
        (begin, end) -> {
          for (int i = begin; i < end; i++) sums[i] = sum(i * part, (i + 1) * part);
        });
  }

  private float sum(int begin, int end) {
    int lanes = SPECIES.length();
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = begin; i <= end - 4 * lanes; i += 4 * lanes) {
      a = a.add(FloatVector.fromArray(SPECIES, from, i));
      b = b.add(FloatVector.fromArray(SPECIES, from, i + lanes));
      c = c.add(FloatVector.fromArray(SPECIES, from, i + 2 * lanes));
      d = d.add(FloatVector.fromArray(SPECIES, from, i + 3 * lanes));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }

  @Override
  public double[] result() {
    return new double[0];
  }
}
