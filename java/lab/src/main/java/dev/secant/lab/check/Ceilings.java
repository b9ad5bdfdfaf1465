// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.util.HashMap;
import java.util.Map;

/** Measured ceilings, for the rows that are compared with them. */
final class Ceilings {
  static final String COPY = "copy";

  private final Map<String, Double> rates = new HashMap<>();

  void put(String name, double rate) {
    rates.put(name, rate);
  }

  /** Work per second; NaN where it was not measured. */
  double of(String name) {
    return rates.getOrDefault(name, Double.NaN);
  }

  /** A rate as a share of a ceiling, such as {@code ", 87 % of copy"}; empty without one. */
  String share(String name, double rate) {
    double share = rate / of(name);
    return Double.isNaN(share) ? "" : ", %.0f %% of %s".formatted(100 * share, name);
  }
}
