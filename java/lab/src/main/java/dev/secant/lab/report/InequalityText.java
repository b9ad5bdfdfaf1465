// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Estimate;
import dev.secant.lab.claims.Inequality;
import dev.secant.lab.claims.Scale;
import java.util.Locale;

/** The numbers behind an inequality, as people read them; empty where there are none. */
record InequalityText(Inequality inequality) {

  String lower() {
    return value(inequality.meanLower());
  }

  String upper() {
    return value(inequality.meanUpper());
  }

  private String value(double v) {
    if (!Double.isFinite(v)) return "";
    return switch (inequality.scale()) {
      case NONLIN -> format("%.4f", v);
      case ACCURACY -> format("%.2f %%", 100 * v);
      case LOG_LABELS -> format("%.0f", Math.exp(v));
    };
  }

  /** Mean of upper − lower; of labels the ratio. */
  String effect() {
    return difference(inequality.test().difference().mean());
  }

  String interval() {
    Estimate e = inequality.test().difference();
    if (!Double.isFinite(e.low())) return "";
    return difference(e.low()) + " to " + difference(e.high());
  }

  private String difference(double v) {
    if (!Double.isFinite(v)) return "";
    return switch (inequality.scale()) {
      case NONLIN -> format("%+.4f", v);
      case ACCURACY -> format("%+.2f points", 100 * v);
      case LOG_LABELS -> "× " + format("%.2f", Math.exp(v));
    };
  }

  /** Such as {@code 4 of 5}. */
  String seeds() {
    int n = inequality.test().difference().n();
    return n == 0 ? "no runs" : inequality.test().positive() + " of " + n;
  }

  String p() {
    return inequality.pairs().isEmpty() ? "" : format("%.3f", inequality.test().p());
  }

  static String unit(Scale scale) {
    return switch (scale) {
      case NONLIN -> "nonlin";
      case ACCURACY -> "accuracy";
      case LOG_LABELS -> "log_labels";
    };
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
