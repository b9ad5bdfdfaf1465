// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Processor;
import dev.secant.benchmarks.report.Results.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Results that nobody measured. */
final class MadeResults {
  static final Processor PROCESSOR =
      new Processor("AuthenticAMD", "Made", 25, 17, 2, List.of("avx2", "fma"));

  private final List<Row> rows = new ArrayList<>();
  private Processor processor = PROCESSOR;

  MadeResults row(String problem, String program, double p10, double median, double p90) {
    Problem parsed = Problem.parse(problem);
    rows.add(
        new Row(
            parsed.text(),
            parsed.title(),
            program,
            median,
            p10,
            p90,
            20,
            2,
            false,
            Double.NaN,
            parsed.bytes(),
            parsed.flop(),
            parsed.things(),
            parsed.unit()));
    return this;
  }

  MadeResults on(Processor other) {
    processor = other;
    return this;
  }

  Results results() {
    return new Results(
        Results.SCHEMA,
        "short",
        "2026-01-01T00:00:00Z",
        "0 (made)",
        processor,
        "Linux, Java",
        2,
        2,
        List.of(0.0, 1.0),
        Map.of("secant", "made"),
        Map.of(
            "copy",
            new Spread(20, 19, 21, 4),
            "read",
            new Spread(10, 9, 11, 4),
            "fma",
            new Spread(100, 99, 101, 4)),
        rows,
        List.of(),
        List.of());
  }
}
