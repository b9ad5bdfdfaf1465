// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Mean over seeds with its 95 % t-interval.
 *
 * @param sd with n − 1; NaN below two values, as are low and high
 */
public record Estimate(int n, double mean, double sd, double low, double high) {
  private static final double UPPER = 0.975;

  /** Mean NaN where there is no value. */
  public static Estimate of(double... values) {
    int n = values.length;
    double mean = mean(values);
    if (n < 2) return new Estimate(n, mean, Double.NaN, Double.NaN, Double.NaN);
    double squares = 0;
    for (double v : values) squares += (v - mean) * (v - mean);
    double sd = Math.sqrt(squares / (n - 1));
    double half = TDistribution.of(n - 1).inverseCumulativeProbability(UPPER) * sd / Math.sqrt(n);
    return new Estimate(n, mean, sd, mean - half, mean + half);
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double v : values) sum += v;
    return sum / values.length;
  }

  /** Half the width of the interval. */
  public double half() {
    return (high - low) / 2;
  }
}
