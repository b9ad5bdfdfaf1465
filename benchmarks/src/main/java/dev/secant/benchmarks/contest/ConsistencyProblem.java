// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import java.util.Locale;

/**
 * The ICT loss in the space of logits, mean over batch and classes of (f(Mix u) − Mix f(u))², and
 * its gradient to f(Mix u). Result: the loss, then the gradient (N, C).
 *
 * @param n rows
 * @param classes C
 * @param k points mixed
 */
public record ConsistencyProblem(int n, int classes, int k) implements Problem {
  static ConsistencyProblem of(Words words) {
    return new ConsistencyProblem(
        words.number("n", 128), words.number("c", 10), words.number("k", 2));
  }

  /** (N, C). */
  public float[] student() {
    return Inputs.floats(n * classes, 1);
  }

  /** (N, C). */
  public float[] targets() {
    return Inputs.floats(n * classes, 2);
  }

  /** (N, K). */
  public int[] rows() {
    return Inputs.shifts(n, k);
  }

  /** (N, K). */
  public float[] lambda() {
    return Inputs.weights(n, k, 3);
  }

  @Override
  public String text() {
    return String.format(Locale.ROOT, "consistency n=%d c=%d k=%d", n, classes, k);
  }

  @Override
  public String title() {
    return String.format(
        Locale.ROOT, "consistency loss and gradient, N=%,d C=%d K=%d", n, classes, k);
  }

  /** Student and targets read, gradient written. */
  @Override
  public long bytes() {
    return 3L * n * classes * Float.BYTES;
  }

  @Override
  public double flop() {
    return (2.0 * k + 4) * n * classes;
  }

  @Override
  public long things() {
    return n;
  }

  @Override
  public String unit() {
    return "rows";
  }
}
