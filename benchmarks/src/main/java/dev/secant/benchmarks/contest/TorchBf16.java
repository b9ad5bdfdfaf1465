// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

/**
 * Whole networks in bf16 by PyTorch: below AVX-512 its oneDNN has no such convolutions, and what
 * takes their place needs half a minute for a step. Nobody would train so, and a ratio beside it
 * would say nothing.
 */
public final class TorchBf16 {
  private static final boolean HOPELESS = !Processor.here().vectors().contains("avx512f");

  private TorchBf16() {}

  /** Whether PyTorch does not compete in the problem on this processor. */
  public static boolean leavesOut(Problem problem) {
    return HOPELESS
        && (problem instanceof StepProblem step && step.bf16()
            || problem instanceof ProbeProblem probe && probe.bf16());
  }

  /** For the versions of the programs. */
  public static String note() {
    return HOPELESS ? "; networks in bf16 are left out: no AVX-512" : "";
  }
}
