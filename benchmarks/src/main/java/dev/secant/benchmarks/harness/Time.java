// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import java.util.Locale;

/** Times for people. */
public final class Time {
  private static final double THOUSAND = 1e3;

  private Time() {}

  /** Three digits with the unit that suits. */
  public static String text(double microseconds) {
    if (microseconds < 1) return digits(microseconds * THOUSAND) + " ns";
    if (microseconds < THOUSAND) return digits(microseconds) + " µs";
    if (microseconds < THOUSAND * THOUSAND) return digits(microseconds / THOUSAND) + " ms";
    return digits(microseconds / THOUSAND / THOUSAND) + " s";
  }

  /** Three digits that count. */
  public static String digits(double value) {
    int places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }
}
