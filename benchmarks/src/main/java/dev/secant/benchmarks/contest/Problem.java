// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

/**
 * Work of a size, with the bytes and operations that it takes at least. Its inputs are drawn from a
 * fixed seed, so that all contenders have the same.
 */
public sealed interface Problem
    permits CallProblem,
        ConsistencyProblem,
        ControlProblem,
        DirichletProblem,
        MixProblem,
        NonLinProblem,
        ProbeProblem,
        StepProblem {
  /** As {@link #parse} takes it. */
  String text();

  /** For tables. */
  String title();

  /** Bytes that must be read and written at least, each once; 0 where that says nothing. */
  long bytes();

  /** Floating-point operations, a fused multiply-add counting two; 0 where that says nothing. */
  double flop();

  /** Things that one run makes, such as images; see {@link #unit}. */
  default long things() {
    return 1;
  }

  /** What they are. */
  default String unit() {
    return "runs";
  }

  /** What Secant computes where another program computes this. */
  default Problem base() {
    return this;
  }

  /**
   * A problem such as {@code mix n=128 k=2 type=fp32}; what is left out has its default.
   *
   * @throws IllegalArgumentException for an unknown kernel, key or value
   */
  static Problem parse(String text) {
    Words words = Words.of(text);
    Problem problem =
        switch (words.first()) {
          case "call" -> CallProblem.of(words);
          case "consistency" -> ConsistencyProblem.of(words);
          case "control" -> ControlProblem.of(words);
          case "dirichlet" -> DirichletProblem.of(words);
          case "mix" -> MixProblem.of(words);
          case "nonlin" -> NonLinProblem.of(words);
          case "probe" -> ProbeProblem.of(words);
          case "step" -> StepProblem.of(words);
          default -> throw new IllegalArgumentException("no kernel is called " + words.first());
        };
    words.requireAllUsed();
    return problem;
  }
}
