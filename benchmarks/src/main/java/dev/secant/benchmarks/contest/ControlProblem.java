// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

/**
 * What the machine reaches on the simplest work. Result: none.
 *
 * @param kind {@code copy} and {@code read}: of memory that no cache holds; {@code fma}: products
 *     in registers; {@code gemm}: a matrix product
 */
public record ControlProblem(String kind) implements Problem {
  public static final int STREAM_FLOATS = 1 << 24;
  public static final int GEMM = 1024;
  public static final int FMA_ROUNDS = 1 << 17;

  static ControlProblem of(Words words) {
    return new ControlProblem(words.oneOf("kind", "copy", "read", "fma", "gemm"));
  }

  @Override
  public String text() {
    return "control kind=" + kind;
  }

  @Override
  public String title() {
    return "control: " + kind;
  }

  @Override
  public long bytes() {
    return switch (kind) {
      case "copy" -> 2L * STREAM_FLOATS * Float.BYTES;
      case "read" -> (long) STREAM_FLOATS * Float.BYTES;
      default -> 0;
    };
  }

  /** Of {@code fma} its contender knows, for it depends on the width of vectors. */
  @Override
  public double flop() {
    return kind.equals("gemm") ? 2.0 * GEMM * GEMM * GEMM : 0;
  }
}
