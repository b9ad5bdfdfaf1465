// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

import dev.secant.benchmarks.contest.MixProblem;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.harness.Time;
import java.util.List;
import java.util.Locale;

/** The cells of a table of results, the same for terminals and pages. */
final class Figures {
  static final List<String> HEADER =
      List.of(
          "program",
          "median",
          "p10–p90",
          "n",
          "per second",
          "GB/s",
          "of memory",
          "GFLOP/s",
          "of FMA",
          "B/run",
          "ratio");

  private final Results results;

  Figures(Results results) {
    this.results = results;
  }

  /** In the order of {@link #HEADER}. */
  List<String> cells(Row row) {
    double memory = results.control(memory(row));
    return List.of(
        row.program() + (row.noisy() ? " ~" : ""),
        Time.text(row.median()),
        Time.text(row.p10()) + "–" + Time.text(row.p90()),
        Integer.toString(row.samples()),
        row.things() == 1 ? "" : count(row.rate()) + " " + row.unit(),
        row.bytes() == 0 ? "" : Time.digits(row.gigabytes()),
        row.bytes() == 0 ? "" : share(row.gigabytes() / memory),
        row.flop() == 0 ? "" : Time.digits(row.gigaflops()),
        row.flop() == 0 ? "" : share(row.gigaflops() / results.control("fma")),
        Double.isNaN(row.allocated()) ? "" : count(Math.round(row.allocated())),
        results.ratio(row).map(Figures::ratio).orElse(""));
  }

  /**
   * The control whose pattern is the kernel's: what mostly writes beside a copy, the rest beside a
   * read.
   */
  private static String memory(Row row) {
    return Problem.parse(row.problem()) instanceof MixProblem ? "copy" : "read";
  }

  private static String ratio(Ratio r) {
    return "%s× (%s–%s)"
        .formatted(Time.digits(r.value()), Time.digits(r.low()), Time.digits(r.high()));
  }

  static String share(double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.0f %%", 100 * value);
  }

  private static String count(double value) {
    return value < 1e6
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.2fM", value / 1e6);
  }

  /** Such as {@code copy 12.1 GB/s (11.0–12.3, n 44)}. */
  List<String> controls() {
    return results.controls().entrySet().stream()
        .map(
            e ->
                "%s %s %s (%s–%s, n %d)"
                    .formatted(
                        e.getKey(),
                        Time.digits(e.getValue().median()),
                        e.getKey().equals("fma") ? "GFLOP/s" : "GB/s",
                        Time.digits(e.getValue().p10()),
                        Time.digits(e.getValue().p90()),
                        e.getValue().samples()))
        .toList();
  }
}
