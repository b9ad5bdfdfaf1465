// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * The rule: differences over seeds are positive if the one-sided sign test gives at most 5 % and
 * the 95 % t-interval excludes 0, negative if the opposite holds so, else undecided; with fewer
 * than five seeds always undecided. A difference of exactly 0 counts for neither side, and not as a
 * trial.
 *
 * @param positive how many differences are above 0
 * @param p of the sign test that they are positive
 * @param against of the sign test that they are negative
 */
public record PairedTest(
    Estimate difference, int positive, int negative, double p, double against, Verdict verdict) {
  public static final int LEAST_SEEDS = 5;
  private static final double LEVEL = 0.05;

  public static PairedTest of(double... differences) {
    Estimate estimate = Estimate.of(differences);
    int positive = 0;
    int negative = 0;
    for (double d : differences) {
      if (d > 0) positive++;
      if (d < 0) negative++;
    }
    double p = tail(positive + negative, positive);
    double against = tail(positive + negative, negative);
    return new PairedTest(estimate, positive, negative, p, against, verdict(estimate, p, against));
  }

  private static Verdict verdict(Estimate e, double p, double against) {
    if (e.n() < LEAST_SEEDS) return Verdict.UNDECIDED;
    if (p <= LEVEL && e.low() > 0) return Verdict.HOLDS;
    if (against <= LEVEL && e.high() < 0) return Verdict.FAILS;
    return Verdict.UNDECIDED;
  }

  /** Probability of at least so many heads of a fair coin. */
  private static double tail(int trials, int heads) {
    return heads == 0 ? 1 : BinomialDistribution.of(trials, 0.5).survivalProbability(heads - 1);
  }
}
