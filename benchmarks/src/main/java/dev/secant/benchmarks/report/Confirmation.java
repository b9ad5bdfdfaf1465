// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

import dev.secant.benchmarks.harness.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The steps of libtorch beside those of Python's PyTorch: how far a peer is what its users have.
 */
final class Confirmation {
  private static final double ALLOWED = 0.05;

  private Confirmation() {}

  /** Title, both medians, difference, {@code confirmed} or not. */
  static List<List<String>> table(Results results) {
    List<List<String>> rows = new ArrayList<>();
    for (Row row : results.rows()) {
      if (!row.program().equals("libtorch")) continue;
      Optional<Row> python = results.row(row.problem(), "python-torch");
      if (python.isEmpty()) continue;
      double difference = row.median() / python.get().median() - 1;
      rows.add(
          List.of(
              row.title(),
              Time.text(row.median()),
              Time.text(python.get().median()),
              String.format(Locale.ROOT, "%+.1f %%", 100 * difference),
              verdict(difference)));
    }
    return rows;
  }

  private static String verdict(double difference) {
    if (Math.abs(difference) <= ALLOWED) return "confirmed";
    return difference > 0 ? "libtorch is slower" : "libtorch is faster";
  }
}
