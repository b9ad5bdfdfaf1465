// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import java.util.Locale;

/**
 * λ (N, K) ~ Dirichlet(½, .., ½). Result: λ; programs draw from generators of their own, so they
 * agree in distribution only.
 */
public record DirichletProblem(int n, int k) implements Problem {
  public static final double ALPHA = 0.5;

  static DirichletProblem of(Words words) {
    return new DirichletProblem(words.number("n", 128), words.number("k", 2));
  }

  public double[] alpha() {
    double[] alpha = new double[k];
    java.util.Arrays.fill(alpha, ALPHA);
    return alpha;
  }

  @Override
  public String text() {
    return String.format(Locale.ROOT, "dirichlet n=%d k=%d", n, k);
  }

  @Override
  public String title() {
    return String.format(Locale.ROOT, "Dirichlet(½), N=%,d K=%d", n, k);
  }

  @Override
  public long bytes() {
    return (long) n * k * Float.BYTES;
  }

  @Override
  public double flop() {
    return 0;
  }

  @Override
  public long things() {
    return n;
  }

  @Override
  public String unit() {
    return "draws";
  }
}
