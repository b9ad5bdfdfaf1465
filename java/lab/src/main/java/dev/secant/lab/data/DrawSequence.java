// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.random.Philox;

/**
 * Draws taken one after the other from the counters (purpose word, step, sample, 0), (…, 1), …: as
 * handy as a generator, as stateless as its counters. Confined to one thread.
 */
final class DrawSequence {
  private static final int LARGEST_SUM = 4 * 255;

  /** Standard deviation of the sum of four uniform bytes: sqrt(4 · (256² − 1) / 12). */
  private static final double BELL_DEVIATION = 147.80054127099805;

  /** By the sum of four bytes. */
  private static final double[] BELL = new double[LARGEST_SUM + 1];

  static {
    for (int sum = 0; sum < BELL.length; sum++)
      BELL[sum] = (sum - LARGEST_SUM / 2) / BELL_DEVIATION;
  }

  private final long seed;
  private final int purposeWord;
  private final int step;
  private final int sample;
  private final int[] block = new int[4];
  private int used = 4;
  private int draw;

  DrawSequence(long seed, int purposeWord, int step, int sample) {
    this.seed = seed;
    this.purposeWord = purposeWord;
    this.step = step;
    this.sample = sample;
  }

  /** 32 random bits. */
  int word() {
    if (used == 4) {
      Philox.block(seed, purposeWord, step, sample, draw++, block);
      used = 0;
    }
    return block[used++];
  }

  double uniform(double from, double to) {
    return from + (to - from) * Philox.uniform(word());
  }

  /** An integer in [0, n). */
  int below(int n) {
    return Philox.below(word(), n);
  }

  /**
   * Nearly normal, mean 0 and variance 1: the sum of four bytes, so that it is the same on every
   * machine.
   */
  double bell() {
    int w = word();
    return BELL[(w & 0xFF) + (w >>> 8 & 0xFF) + (w >>> 16 & 0xFF) + (w >>> 24)];
  }
}
