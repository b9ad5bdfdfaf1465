// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.plot;

import java.util.List;

/**
 * A quantity with its spread, point by point.
 *
 * @param label in the legend
 * @param points in the order of x
 */
public record Series(String label, Look look, List<Point> points, Style style) {
  public enum Style {
    /** A line in a band. */
    BAND,
    /** A line with a bar at every point. */
    BARS,
    /** A column from the axis, with a bar at its top. */
    COLUMNS
  }

  public Series {
    points = List.copyOf(points);
  }

  /**
   * @param low lower end of the spread; NaN where there is none, as is high
   */
  public record Point(double x, double y, double low, double high) {
    boolean spread() {
      return Double.isFinite(low) && Double.isFinite(high);
    }
  }

  /** Highest value that is drawn; 0 without any. */
  public double top() {
    return points.stream()
        .mapToDouble(p -> p.spread() ? Math.max(p.y, p.high) : p.y)
        .filter(Double::isFinite)
        .max()
        .orElse(0);
  }
}
