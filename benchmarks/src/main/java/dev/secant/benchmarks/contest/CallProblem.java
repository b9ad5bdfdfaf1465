// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

/**
 * What a call from Java costs before any work is done. Result: 1.
 *
 * @param kind {@code static}: a function that returns a constant; {@code op}: a planned op that
 *     copies one number
 */
public record CallProblem(String kind) implements Problem {
  static CallProblem of(Words words) {
    return new CallProblem(words.oneOf("kind", "static", "op"));
  }

  @Override
  public String text() {
    return "call kind=" + kind;
  }

  @Override
  public String title() {
    return kind.equals("op") ? "a planned op that copies 4 bytes" : "a native call, nothing done";
  }

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public double flop() {
    return 0;
  }
}
