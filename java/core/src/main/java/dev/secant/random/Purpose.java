// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.random;

/**
 * What a draw is for: the first counter word of {@link Philox}, with the stream and the way beside
 * it.
 */
public enum Purpose {
  SPLIT(1),
  INIT(2),
  ORDER(3),
  AUGMENT(4),
  LAMBDA(5),
  PARTNER(6),
  MADE(7);

  private final int number;

  Purpose(int number) {
    this.number = number;
  }

  /** {@code enum secant_purpose} of secant.h. */
  public int number() {
    return number;
  }

  /**
   * purpose | stream · 2^8 | way · 2^16.
   *
   * @param stream 0 labelled, 1 unlabelled, 2 probe, 3 free
   * @param way 0..K−1
   */
  public int word(int stream, int way) {
    return number | stream << 8 | way << 16;
  }
}
