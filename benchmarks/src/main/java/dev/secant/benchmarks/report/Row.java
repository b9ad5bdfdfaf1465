// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

/**
 * What one program took for one problem.
 *
 * @param problem as {@code Problem.parse} takes it
 * @param median microseconds of a run, over the iterations of all processes
 * @param p10 the tenth percentile
 * @param p90 the ninetieth
 * @param samples iterations
 * @param forks processes
 * @param noisy some round had disturbed processes only
 * @param allocated bytes of the Java heap per run, JMH's own included
 * @param bytes that must move at least; 0 unknown
 * @param flop that must be done; 0 unknown
 * @param things that one run makes
 * @param unit of them
 */
public record Row(
    String problem,
    String title,
    String program,
    double median,
    double p10,
    double p90,
    int samples,
    int forks,
    boolean noisy,
    double allocated,
    long bytes,
    double flop,
    long things,
    String unit) {

  /** 1e9 bytes in a second; 0 unknown. */
  double gigabytes() {
    return bytes / median / 1e3;
  }

  /** 1e9 operations in a second; 0 unknown. */
  double gigaflops() {
    return flop / median / 1e3;
  }

  /** In a second. */
  double rate() {
    return things / median * 1e6;
  }
}
