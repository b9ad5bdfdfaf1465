// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

/**
 * How many times as long as Secant a program takes.
 *
 * @param low its tenth percentile over Secant's ninetieth
 * @param value of the medians
 * @param high its ninetieth percentile over Secant's tenth
 */
public record Ratio(double low, double value, double high) {
  static Ratio of(Row other, Row secant) {
    return new Ratio(
        other.p10() / secant.p90(), other.median() / secant.median(), other.p90() / secant.p10());
  }
}
