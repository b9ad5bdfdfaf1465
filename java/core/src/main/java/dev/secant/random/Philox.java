// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.random;

/**
 * Philox4x32-10, a keyed bijection of 128-bit counters, so that a draw depends on nothing but its
 * key and its counter: key = seed (low word, high word), counter = (purpose word, step, sample,
 * draw). Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Words
 * are unsigned, held in {@code int}. Thread-safe.
 */
public final class Philox {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;

  private Philox() {}

  /** The four words of one block. */
  public static int[] block(long seed, int c0, int c1, int c2, int c3) {
    int[] out = new int[4];
    block(seed, c0, c1, c2, c3, out);
    return out;
  }

  /** Like {@link #block(long, int, int, int, int)}, into the first four elements of an array. */
  public static void block(long seed, int c0, int c1, int c2, int c3, int[] out) {
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = MULTIPLIER_0 * Integer.toUnsignedLong(c0);
      long p1 = MULTIPLIER_1 * Integer.toUnsignedLong(c2);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
  }

  /** In (0, 1), never an end point: (word + 0.5) · 2^−32, exact. */
  public static double uniform(int word) {
    return (Integer.toUnsignedLong(word) + 0.5) * 0x1p-32;
  }

  /** An integer in [0, n): (word · n) / 2^32; n is at least 1. */
  public static int below(int word, int n) {
    return (int) ((Integer.toUnsignedLong(word) * n) >>> 32);
  }
}
