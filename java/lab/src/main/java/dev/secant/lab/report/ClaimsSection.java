// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Claim;
import dev.secant.lab.claims.Inequality;
import dev.secant.lab.report.Markup.Cell;
import java.util.ArrayList;
import java.util.List;

/** The part of a page on the paper's claims. */
final class ClaimsSection {
  private final Markup page;
  private final List<Study.Row> rows;
  private final List<String> readings;

  ClaimsSection(Markup page, List<Study.Row> rows, List<String> readings) {
    this.page = page;
    this.rows = rows;
    this.readings = readings;
  }

  void write() {
    page.heading("Claims").paragraph(ClaimsText.RULE);
    table(rows.stream().filter(r -> r.any().ofPaper()).toList());
    List<Study.Row> others = rows.stream().filter(r -> !r.any().ofPaper()).toList();
    if (!others.isEmpty()) {
      page.subheading("The same comparisons on other images");
      table(others);
    }
    page.details(
        "The numbers behind every inequality",
        () -> {
          for (Study.Row row : rows)
            row.byReading().forEach((reading, claim) -> numbers(row, reading, claim));
        });
  }

  private void table(List<Study.Row> shown) {
    List<Cell> heads = new ArrayList<>();
    for (String head : List.of("Claim", "Figure", "Data set", "Says")) heads.add(Cell.left(head));
    readings.forEach(r -> heads.add(Cell.left("Reading " + r)));
    List<List<Cell>> cells = new ArrayList<>();
    for (Study.Row row : shown) {
      Claim claim = row.any();
      List<Cell> line = new ArrayList<>();
      line.add(Cell.left(claim.id()));
      line.add(Cell.left(claim.figure()));
      line.add(new Cell(ClaimsText.dataset(row), "t whole"));
      line.add(Cell.left(claim.text()));
      for (String reading : readings) line.add(verdict(row.byReading().get(reading)));
      cells.add(line);
    }
    page.table(heads, cells);
  }

  private static Cell verdict(Claim claim) {
    String style = claim == null ? "t" : "t " + claim.verdict().word();
    return new Cell(ClaimsText.verdict(claim), style);
  }

  private void numbers(Study.Row row, String reading, Claim claim) {
    if (claim.withoutRuns() == claim.inequalities().size()) return;
    String summary =
        "%s, %s, reading %s: %s"
            .formatted(claim.id(), ClaimsText.dataset(row), reading, ClaimsText.verdict(claim));
    page.details(summary, () -> inequalities(claim));
  }

  private void inequalities(Claim claim) {
    page.paragraph(claim.text());
    List<Cell> heads = new ArrayList<>();
    heads.add(Cell.left("Inequality"));
    heads.add(Cell.left("Where"));
    for (String head :
        List.of("Lower side", "Upper side", "Difference", "95 % interval", "As claimed", "p"))
      heads.add(Cell.of(head));
    heads.add(Cell.left(""));
    List<List<Cell>> rows = new ArrayList<>();
    for (Inequality i : claim.inequalities()) {
      InequalityText t = new InequalityText(i);
      List<Cell> line = new ArrayList<>();
      line.add(Cell.left(i.statement()));
      line.add(Cell.left(i.where()));
      for (String text : List.of(t.lower(), t.upper(), t.effect(), t.interval(), t.seeds(), t.p()))
        line.add(Cell.of(text));
      String notes = i.notes().isEmpty() ? "" : "; " + String.join("; ", i.notes());
      line.add(new Cell(i.verdict().word() + notes, "t " + i.verdict().word()));
      rows.add(line);
    }
    page.table(heads, rows);
  }
}
