// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.metrics.Summary;
import dev.secant.lab.report.Markup.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The page of a quickstart. */
final class QuickstartPage {
  private final List<RunRecord> runs;
  private final NamedFigure figure;
  private final Provenance provenance;
  private final Markup page =
      new Markup("Secant: linearity of layers", "How linear is each layer?");

  QuickstartPage(List<RunRecord> runs, NamedFigure figure) {
    this.runs = runs;
    this.figure = figure;
    this.provenance = new Provenance(runs);
  }

  String render() {
    page.paragraph(provenance.caption()).note(provenance.data() + " " + provenance.weight());
    provenance.notes().forEach(page::note);
    page.heading("Linearity").figure(figure).paragraph(Markup.NONLIN);
    nonlin();
    page.heading("Accuracy");
    accuracy();
    page.heading("Runs");
    for (RunRecord run : runs) {
      page.small(
          run.label()
              + ": "
              + run.name()
              + ", "
              + run.network()
              + ", revision "
              + run.facts().revision());
    }
    return page.finish();
  }

  private void nonlin() {
    int layers = runs.stream().mapToInt(RunRecord::layers).max().orElse(0);
    List<Cell> heads = new ArrayList<>(List.of(Cell.left("NonLin at the end")));
    for (int l = 0; l < layers; l++) heads.add(Cell.of("L" + l));
    List<List<Cell>> rows = new ArrayList<>();
    for (RunRecord run : runs) {
      List<Cell> row = new ArrayList<>(List.of(method(run)));
      for (int l = 0; l < layers; l++)
        row.add(Cell.of(run.layers() > l ? number("%.3f", run.nonlin(l)) : ""));
      rows.add(row);
    }
    page.table(heads, rows).small("Mean of the last " + Summary.LAST_PROBES + " probes.");
  }

  private void accuracy() {
    List<Cell> heads = new ArrayList<>(List.of(Cell.left("Method")));
    for (String head :
        List.of("Test accuracy", "Labels", "Steps", "Test images", "Seed", "Seconds"))
      heads.add(Cell.of(head));
    List<List<Cell>> rows = new ArrayList<>();
    for (RunRecord run : runs) {
      String limit = run.option("test-limit");
      rows.add(
          List.of(
              method(run),
              Cell.of(number("%.1f %%", 100 * run.accuracy())),
              Cell.of(Integer.toString(run.cell().labels())),
              Cell.of(run.option("steps")),
              Cell.of(limit.equals("0") ? "all" : limit),
              Cell.of(Long.toString(run.cell().seed())),
              Cell.of(number("%.0f", run.facts().seconds()))));
    }
    int count = runs.stream().mapToInt(RunRecord::finalEvaluations).min().orElse(0);
    page.table(heads, rows)
        .small(
            "Mean of the last "
                + count
                + " evaluations of the averaged weights, never the best. "
                + runs.get(0).guessing());
  }

  private static Cell method(RunRecord run) {
    return new Cell(run.label(), "t", Markup.key(run.cell().method().look()));
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "";
  }
}
