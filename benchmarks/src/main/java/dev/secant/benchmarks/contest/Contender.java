// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

/** One way to compute a {@link Problem}, with its inputs at hand and its outputs allocated. */
public interface Contender extends AutoCloseable {
  /** Computes it once. */
  void run();

  /** What the last {@link #run} computed, in the order of {@link Problem}; for comparisons. */
  double[] result();

  @Override
  default void close() {}
}
