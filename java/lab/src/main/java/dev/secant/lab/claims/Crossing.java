// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.Map;
import java.util.SortedMap;

/**
 * Labels at which accuracy reaches a target: straight lines in the logarithm of the labels between
 * the sizes that were run, at the first of them that reaches it.
 *
 * @param labels the place, or the end of the range where it lies outside
 * @param within whether it lies within the range of sizes
 */
public record Crossing(double labels, boolean within) {

  /**
   * @param accuracy by labels; not empty
   */
  public static Crossing of(SortedMap<Integer, Double> accuracy, double target) {
    Map.Entry<Integer, Double> before = null;
    for (Map.Entry<Integer, Double> now : accuracy.entrySet()) {
      if (now.getValue() >= target) {
        return before == null
            ? new Crossing(now.getKey(), now.getValue() == target)
            : new Crossing(between(before, now, target), true);
      }
      before = now;
    }
    return new Crossing(accuracy.lastKey(), false);
  }

  private static double between(
      Map.Entry<Integer, Double> a, Map.Entry<Integer, Double> b, double target) {
    double share = (target - a.getValue()) / (b.getValue() - a.getValue());
    double from = Math.log(a.getKey());
    return Math.exp(from + share * (Math.log(b.getKey()) - from));
  }
}
