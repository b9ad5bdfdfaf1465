// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.InvalidArgumentException;

/**
 * How plans are searched.
 *
 * @param fast admits engines whose results may differ from run to run
 * @param candidates most plans built and timed per op, 1..100
 * @param workspaceBytes largest workspace of a plan
 * @param threads that build plans, 1..64
 */
public record SearchOptions(boolean fast, int candidates, long workspaceBytes, int threads) {
  /** Candidates timed per op. */
  public static final int CANDIDATES = 5;

  /** 1 GiB: tensor-core engines of WRN-28-10 at batch 384 want more than 256 MiB in TF32. */
  public static final long WORKSPACE_BYTES = 1L << 30;

  public SearchOptions {
    range("candidates", candidates, 1, 100);
    range("workspaceBytes", workspaceBytes, 0, Long.MAX_VALUE);
    range("threads", threads, 1, 64);
  }

  /** Deterministic engines, {@value #CANDIDATES} candidates. */
  public static SearchOptions deterministic(int threads) {
    return new SearchOptions(false, CANDIDATES, WORKSPACE_BYTES, threads);
  }

  private static void range(String name, long value, long lowest, long highest) {
    if (value >= lowest && value <= highest) return;
    throw new InvalidArgumentException(
        "search options: " + name + " must be in " + lowest + ".." + highest + ", got " + value);
  }
}
