// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Claim;
import dev.secant.lab.claims.Inequality;
import dev.secant.lab.claims.Names;
import dev.secant.lab.claims.PairedTest;
import dev.secant.lab.claims.Verdict;
import java.util.List;
import java.util.StringJoiner;

/** Claims in words, for a terminal and for {@code claims.md}. */
final class ClaimsText {
  static final String RULE =
      "An inequality holds if a one-sided paired sign test over seeds, on the same split and the same pairs, gives"
          + " p ≤ 0.05 and the paired 95 % t-interval excludes 0; it fails if the opposite holds so; else it is undecided,"
          + " always with fewer than five seeds. A claim holds if all of its inequalities hold and fails if one fails."
          + " NL is the mean NonLin of the last five probes. Verdicts are given on the lossless releases of the paper's"
          + " data sets only; elsewhere numbers are indicative.";

  private ClaimsText() {}

  /** Verdict, and why it is none where it is none. */
  static String verdict(Claim claim) {
    if (claim == null) return "not run";
    if (claim.inequalities().isEmpty() || claim.withoutRuns() == claim.inequalities().size())
      return "undecided: no runs";
    return claim.verdict().word() + reason(claim);
  }

  private static String reason(Claim claim) {
    int all = claim.inequalities().size();
    return switch (claim.verdict()) {
      case HOLDS -> " (" + all + " of " + all + ")";
      case FAILS -> " (" + claim.count(Verdict.FAILS) + " of " + all + " fail)";
      case INDICATIVE -> " (" + pointing(claim) + " of " + all + " means point as claimed)";
      case UNDECIDED -> undecided(claim, all);
    };
  }

  /** Inequalities whose mean difference is above 0, whatever the test says. */
  private static long pointing(Claim claim) {
    return claim.inequalities().stream().filter(i -> i.test().difference().mean() > 0).count();
  }

  private static String undecided(Claim claim, int all) {
    StringJoiner reasons = new StringJoiner(", ", " (", ")");
    reasons.add(claim.count(Verdict.HOLDS) + " of " + all + " hold");
    if (claim.withoutRuns() > 0) reasons.add(claim.withoutRuns() + " without runs");
    long few =
        claim.inequalities().stream()
            .filter(i -> !i.pairs().isEmpty() && i.pairs().size() < PairedTest.LEAST_SEEDS)
            .count();
    if (few > 0) reasons.add(few + " with fewer than " + PairedTest.LEAST_SEEDS + " seeds");
    return reasons.toString();
  }

  static String dataset(Study.Row row) {
    return Names.dataset(row.group().dataset()) + row.group().suffix();
  }

  static String markdown(List<Study.Row> rows, List<String> readings) {
    StringBuilder text = new StringBuilder("# Claims\n\n").append(RULE).append("\n\n");
    text.append("| id | figure | data set | claim |");
    readings.forEach(r -> text.append(' ').append(r).append(" |"));
    text.append("\n|---|---|---|---|").append("---|".repeat(readings.size())).append('\n');
    for (Study.Row row : rows) {
      Claim claim = row.any();
      text.append("| ").append(claim.id()).append(" | ").append(claim.figure());
      text.append(" | ").append(dataset(row)).append(" | ").append(claim.text()).append(" |");
      for (String reading : readings)
        text.append(' ').append(verdict(row.byReading().get(reading))).append(" |");
      text.append('\n');
    }
    for (Study.Row row : rows) row.byReading().forEach((r, claim) -> numbers(text, row, r, claim));
    return text.toString();
  }

  private static void numbers(StringBuilder text, Study.Row row, String reading, Claim claim) {
    if (claim.withoutRuns() == claim.inequalities().size()) return;
    text.append("\n## ")
        .append(claim.id())
        .append(", ")
        .append(dataset(row))
        .append(", ")
        .append(reading)
        .append(": ")
        .append(verdict(claim))
        .append(
            "\n\n| inequality | where | lower | upper | effect | 95 % interval | as claimed | p | |\n")
        .append("|---|---|---|---|---|---|---|---|---|\n");
    for (Inequality i : claim.inequalities()) {
      InequalityText t = new InequalityText(i);
      StringJoiner cells = new StringJoiner(" | ", "| ", " |\n");
      cells.add(i.statement()).add(i.where()).add(t.lower()).add(t.upper()).add(t.effect());
      cells.add(t.interval()).add(t.seeds()).add(t.p());
      cells.add(
          i.verdict().word() + (i.notes().isEmpty() ? "" : "; " + String.join("; ", i.notes())));
      text.append(cells);
    }
  }
}
