// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.random;

import dev.secant.tensor.InvalidArgumentException;

/**
 * A keyed permutation of [0, count) without a table: an eight-round Feistel network over the
 * smallest even number of bits that holds count values, walked along its cycle until the value is
 * below count. The round function is word 0 of {@link Philox} at counter (purpose word, pass,
 * round, right half). {@code native/src/feistel.h} holds the same text in C++. Confined to one
 * thread at a time.
 */
public final class Feistel {
  private static final int ROUNDS = 8;

  private final long seed;
  private final int purposeWord;
  private final int count;
  private final int halfBits;
  private final int mask;
  private final int[] block = new int[4];

  /**
   * @param purposeWord usually {@code Purpose.ORDER.word(stream, way)}
   * @param count at least 1
   */
  public Feistel(long seed, int purposeWord, int count) {
    if (count < 1) throw new InvalidArgumentException("count must be >= 1, got " + count);
    this.seed = seed;
    this.purposeWord = purposeWord;
    this.count = count;
    this.halfBits = halfBits(count);
    this.mask = (1 << halfBits) - 1;
  }

  /** The smallest b ≥ 1 with 2^(2b) ≥ count. */
  static int halfBits(long count) {
    int b = 1;
    while (1L << 2 * b < count) b++;
    return b;
  }

  /**
   * The value at a position of a pass; every pass (an unsigned word) is a permutation of its own.
   */
  public int at(int pass, int position) {
    if (position < 0 || position >= count) {
      throw new InvalidArgumentException(
          "position must be in 0.." + (count - 1) + ", got " + position);
    }
    int value = position;
    do {
      value = encipher(pass, value);
    } while (Integer.compareUnsigned(value, count) >= 0);
    return value;
  }

  /** The value at a position of the endless sequence of passes. */
  public int at(long position) {
    return at((int) (position / count), (int) (position % count));
  }

  private int encipher(int pass, int value) {
    int left = value >>> halfBits;
    int right = value & mask;
    for (int round = 0; round < ROUNDS; round++) {
      Philox.block(seed, purposeWord, pass, round, right, block);
      int next = left ^ (block[0] & mask);
      left = right;
      right = next;
    }
    return left << halfBits | right;
  }
}
