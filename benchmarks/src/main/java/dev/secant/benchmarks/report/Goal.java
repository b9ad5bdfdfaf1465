// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

import dev.secant.benchmarks.harness.Time;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A ratio that Secant is meant to reach.
 *
 * @param programs of which the fastest counts
 */
record Goal(String problem, List<String> programs, double ratio) {
  private static final List<String> LIBTORCH = List.of("libtorch");
  private static final List<String> BOTH_LAYOUTS = List.of("libtorch", "libtorch-nchw");
  private static final String WRN = " k=1 depth=28 width=2 batch=128 precision=";

  /** NonLin out of cache, beside the rate at which memory is read. */
  private static final double READ = 0.9;

  private static final String WIDEST = "nonlin n=128 d=32768 fields=4";

  static final List<Goal> ALL =
      List.of(
          new Goal("mix n=128 k=2 type=fp32", LIBTORCH, 12),
          new Goal("mix n=128 k=2 type=fp32", List.of("plain"), 10),
          new Goal(WIDEST, LIBTORCH, 6),
          new Goal("consistency n=128 c=10 k=2", LIBTORCH, 15),
          new Goal("dirichlet n=4096 k=2", List.of("commons-rng"), 10),
          new Goal("step method=erm" + WRN + "fp32", BOTH_LAYOUTS, 1.35),
          new Goal("step method=erm" + WRN + "bf16", LIBTORCH, 1.15));

  /** Title, wanted, found and {@code met} or {@code missed}, of what was measured. */
  static List<List<String>> table(Results results) {
    List<List<String>> rows = new ArrayList<>();
    for (Goal goal : ALL) goal.row(results).ifPresent(rows::add);
    results
        .row(WIDEST, "secant")
        .filter(row -> !Double.isNaN(results.control("read")))
        .ifPresent(
            row -> {
              double share = row.gigabytes() / results.control("read");
              rows.add(
                  List.of(
                      row.title() + ", of the rate at which memory is read",
                      Figures.share(READ),
                      Figures.share(share),
                      share >= READ ? "met" : "missed"));
            });
    return rows;
  }

  private Optional<List<String>> row(Results results) {
    return programs.stream()
        .flatMap(program -> results.row(problem, program).stream())
        .min(Comparator.comparingDouble(Row::median))
        .flatMap(
            row ->
                results
                    .ratio(row)
                    .map(
                        found ->
                            List.of(
                                row.title() + ", beside " + row.program(),
                                Time.digits(ratio) + "×",
                                Time.digits(found.value()) + "×",
                                found.value() >= ratio ? "met" : "missed")));
  }
}
