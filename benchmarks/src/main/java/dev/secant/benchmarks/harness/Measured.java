// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What one process measured of one entry.
 *
 * @param microseconds a run of each iteration
 * @param allocated bytes of the Java heap per run, as JMH's gc profiler counts them; NaN unknown
 * @param others percent of the processors that other processes took meanwhile
 * @param stolen percent that the host took
 * @param load average over a minute, before and after
 * @param controls giga of bytes or operations in a second, the lesser of before and after
 */
public record Measured(
    double[] microseconds,
    double allocated,
    double others,
    double stolen,
    double[] load,
    Map<String, Double> controls) {

  public double median() {
    return quantile(microseconds, 0.5);
  }

  /** Linear between the sorted values. */
  public static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double at = share * (sorted.length - 1);
    int low = (int) at;
    int high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
  }

  /** All iterations of several processes. */
  static double[] all(List<Measured> processes) {
    return processes.stream().flatMapToDouble(m -> Arrays.stream(m.microseconds)).toArray();
  }
}
