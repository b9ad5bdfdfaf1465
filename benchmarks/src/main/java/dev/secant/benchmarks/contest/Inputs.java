// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import java.util.SplittableRandom;

/** Arrays drawn from fixed seeds. */
public final class Inputs {
  private Inputs() {}

  /** Of mean 0, between -1 and 1. */
  public static float[] floats(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) values[i] = (float) (2 * random.nextDouble() - 1);
    return values;
  }

  /** Pixels. */
  public static byte[] bytes(int count, long seed) {
    byte[] values = new byte[count];
    SplittableRandom random = new SplittableRandom(seed);
    random.nextBytes(values);
    return values;
  }

  /** Each in 0..bound-1. */
  public static int[] indices(int count, int bound, long seed) {
    return new SplittableRandom(seed).ints(count, 0, bound).toArray();
  }

  /** Rows of `ways` weights that sum to 1. */
  public static float[] weights(int rows, int ways, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] lambda = new float[rows * ways];
    for (int r = 0; r < rows; r++) {
      double[] drawn = new double[ways];
      double sum = 0;
      for (int k = 0; k < ways; k++) sum += drawn[k] = 0.05 + random.nextDouble();
      for (int k = 0; k < ways; k++) lambda[r * ways + k] = (float) (drawn[k] / sum);
    }
    return lambda;
  }

  /** Row b mixes the rows b, b + 1, .. of as many: partners are shifts of the batch. */
  public static int[] shifts(int rows, int ways) {
    int[] partners = new int[rows * ways];
    for (int i = 0; i < partners.length; i++) partners[i] = (i / ways + i % ways) % rows;
    return partners;
  }
}
