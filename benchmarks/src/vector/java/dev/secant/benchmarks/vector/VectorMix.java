// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.vector;

import dev.secant.benchmarks.contest.MixProblem;
import dev.secant.benchmarks.kernel.ArrayMix;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Two points. */
final class VectorMix extends ArrayMix {
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_64;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;

  VectorMix(MixProblem problem) {
    super(problem);
  }

  /** Weights sum to 1, so the shift of the normalisation is added once. */
  @Override
  protected void row(int b) {
    int p = images[2 * b] * MixProblem.IMAGE;
    int q = images[2 * b + 1] * MixProblem.IMAGE;
    int to = b * MixProblem.IMAGE;
    FloatVector u = FloatVector.broadcast(FLOATS, lambda[2 * b] * MixProblem.SCALE);
    FloatVector v = FloatVector.broadcast(FLOATS, lambda[2 * b + 1] * MixProblem.SCALE);
    FloatVector shift = FloatVector.broadcast(FLOATS, MixProblem.SHIFT);
    for (int i = 0; i < MixProblem.IMAGE; i += FLOATS.length())
      pixels(p + i).fma(u, pixels(q + i).fma(v, shift)).intoArray(out, to + i);
  }

  private FloatVector pixels(int at) {
    IntVector wide =
        (IntVector)
            ByteVector.fromArray(BYTES, pool, at).convertShape(VectorOperators.B2I, INTS, 0);
    return (FloatVector) wide.and(0xff).convertShape(VectorOperators.I2F, FLOATS, 0);
  }
}
