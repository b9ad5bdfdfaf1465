// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.random;

import dev.secant.tensor.InvalidArgumentException;

/**
 * λ ~ Dirichlet(α_1..α_K) from counters, by log-space Gamma draws (Marsaglia and Tsang, "A simple
 * method for generating gamma variables", ACM TOMS 26, 2000) and a softmax. All in double with
 * {@link StrictMath}, rounded to float once, so the bits are those of {@code
 * native/src/dirichlet.h}. For α &lt; 1, log G(α) = log G(α+1) + log(U)/α: nothing underflows
 * however small α is. Confined to one thread at a time.
 */
public final class Dirichlet {
  private static final int ATTEMPTS = 64;
  private static final double HALF_PI = 1.5707963267948966;

  private final Gamma[] gammas;
  private final int[] block = new int[4];

  /** What depends on α alone. */
  private record Gamma(double alpha, double d, double c, double logD) {
    static Gamma of(double alpha) {
      double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3.0;
      return new Gamma(alpha, d, 1 / Math.sqrt(9 * d), StrictMath.log(d));
    }
  }

  /**
   * @param alpha (K), each in [1e-3, 1e3]
   */
  public Dirichlet(double... alpha) {
    if (alpha.length == 0) throw new InvalidArgumentException("alpha must hold at least one value");
    gammas = new Gamma[alpha.length];
    for (int k = 0; k < alpha.length; k++) {
      if (!(alpha[k] >= 1e-3 && alpha[k] <= 1e3)) {
        throw new InvalidArgumentException("alpha must be in [1e-3, 1e3], got " + alpha[k]);
      }
      gammas[k] = Gamma.of(alpha[k]);
    }
  }

  /** K. */
  public int ways() {
    return gammas.length;
  }

  /** λ (K) of one sample of a step. */
  public float[] draw(long seed, int stream, long step, int sample) {
    double[] g = new double[ways()];
    double max = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < g.length; k++) {
      g[k] = logGamma(gammas[k], seed, Purpose.LAMBDA.word(stream, 0), (int) step, sample, k);
      if (g[k] > max) max = g[k];
    }
    double sum = 0;
    for (int k = 0; k < g.length; k++) {
      g[k] = StrictMath.exp(g[k] - max);
      sum += g[k];
    }
    float[] lambda = new float[g.length];
    for (int k = 0; k < g.length; k++) lambda[k] = (float) (g[k] / sum);
    return lambda;
  }

  /** log of a Gamma(α) variate; attempt a of way k is draw 64·k + a. */
  private double logGamma(Gamma gamma, long seed, int purposeWord, int step, int sample, int way) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Philox.block(seed, purposeWord, step, sample, ATTEMPTS * way + attempt, block);
      double x = normal(block[0], block[1]);
      double root = 1 + gamma.c * x;
      if (root <= 0) continue;
      double v = root * root * root;
      double logV = StrictMath.log(v);
      double bound = 0.5 * x * x + gamma.d - gamma.d * v + gamma.d * logV;
      if (!(StrictMath.log(Philox.uniform(block[2])) < bound)) continue;
      double result = gamma.logD + logV;
      return gamma.alpha < 1
          ? result + StrictMath.log(Philox.uniform(block[3])) / gamma.alpha
          : result;
    }
    return gamma.logD;
  }

  private static double normal(int word0, int word1) {
    return Math.sqrt(-2 * StrictMath.log(Philox.uniform(word0))) * cos2Pi(Philox.uniform(word1));
  }

  /** cos(2πu) for u in [0, 1): the reduction to a quadrant is exact, its angle is rounded once. */
  static double cos2Pi(double u) {
    double quarters = 4 * u;
    int quadrant = (int) (quarters + 0.5);
    double angle = (quarters - quadrant) * HALF_PI;
    return switch (quadrant & 3) {
      case 0 -> StrictMath.cos(angle);
      case 1 -> -StrictMath.sin(angle);
      case 2 -> -StrictMath.cos(angle);
      default -> StrictMath.sin(angle);
    };
  }
}
