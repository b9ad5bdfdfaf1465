// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

import dev.secant.benchmarks.harness.Time;
import dev.secant.lab.error.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Ratios of a run beside the recorded ones of the same processor. A ratio has fallen when it is
 * below what the recorded spread allows, and by more than 5 %, below which medians of a few
 * processes say nothing.
 */
public final class RegressionCheck {
  private static final double WITHIN = 0.05;

  /**
   * @param compared ratios
   * @param fallen one line each
   * @param missing what was recorded of the same problems and is not in the run
   */
  public record Verdict(int compared, List<String> fallen, List<String> missing) {
    public boolean passed() {
      return fallen.isEmpty();
    }
  }

  private RegressionCheck() {}

  /**
   * @throws DataException when the processors differ, or no ratio is in both
   */
  public static Verdict of(Results recorded, Results found) {
    if (!recorded.processor().key().equals(found.processor().key()))
      throw new DataException(
          "ratios of two processors are not comparable: recorded on %s, found on %s"
              .formatted(recorded.processor().describe(), found.processor().describe()));
    List<String> fallen = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    int compared = 0;
    for (Row row : recorded.rows()) {
      Optional<Ratio> before = recorded.ratio(row);
      if (before.isEmpty()) continue;
      String name = row.program() + ", " + row.title();
      Optional<Ratio> now = found.row(row.problem(), row.program()).flatMap(found::ratio);
      if (now.isEmpty()) {
        missing.add(name);
        continue;
      }
      compared++;
      double least = Math.min(before.get().low(), (1 - WITHIN) * before.get().value());
      if (now.get().value() < least)
        fallen.add(
            "%s: %s×, recorded %s× (at least %s×)"
                .formatted(
                    name,
                    Time.digits(now.get().value()),
                    Time.digits(before.get().value()),
                    Time.digits(least)));
    }
    if (compared == 0) throw new DataException("no ratio was both recorded and measured");
    return new Verdict(compared, fallen, missing);
  }
}
