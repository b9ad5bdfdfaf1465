// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Estimate;
import dev.secant.lab.claims.Names;
import dev.secant.lab.report.Markup.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** NonLin of each layer and method at the end, what scaling alone makes of it, and the rest. */
final class ExcessSection {
  static final int LAYERS = 6;

  private final Markup page;
  private final Study study;

  ExcessSection(Markup page, Study study) {
    this.page = page;
    this.study = study;
  }

  /** Nothing where no run has a probe. */
  void write() {
    if (study.runs().stream().allMatch(r -> r.layers() == 0)) return;
    page.heading("Floor and excess")
        .paragraph(
            "Means over seeds of the last five probes. NonLin compares outputs that were scaled to length one, and that"
                + " scaling bends even an exactly linear layer: the floor is what it causes by itself, the distance between the"
                + " scaled mix of the outputs and the mix of the scaled outputs. The excess, NonLin − floor, is what the layer"
                + " adds. L0 is an affine map: its NonLin is all floor, its excess rounding, and a method that lowers NonLin"
                + " there has changed angles between outputs, not linearity. The relative error is the distance without any"
                + " scaling, as a share of the mix.");
    for (Group group : study.groups()) {
      for (String reading : group.readings()) {
        for (int size : group.sizes()) cell(group, reading, size);
      }
    }
  }

  private void cell(Group group, String reading, int size) {
    List<Method> methods = group.methods(size, reading);
    if (methods.isEmpty()) return;
    String name =
        "%s, %d labels, reading %s%s"
            .formatted(Names.dataset(group.dataset()), size, reading, group.suffix());
    page.details(name, () -> table(group, reading, size, methods));
  }

  private void table(Group group, String reading, int size, List<Method> methods) {
    List<Cell> heads = new ArrayList<>(List.of(Cell.left("Method"), Cell.left("Quantity")));
    for (int l = 0; l < LAYERS; l++) heads.add(Cell.of("L" + l));
    List<List<Cell>> rows = new ArrayList<>();
    for (Method method : methods) {
      List<RunRecord> runs = group.cell(size, reading, method);
      rows.add(row(method, "NonLin", runs, RunRecord::nonlin));
      rows.add(row(method, "floor", runs, RunRecord::floor));
      rows.add(row(method, "excess", runs, RunRecord::excess));
      rows.add(row(method, "relative", runs, RunRecord::relative));
    }
    page.table(heads, rows);
  }

  /** A quantity of a run at a layer. */
  interface AtLayer {
    double of(RunRecord run, int layer);
  }

  private static List<Cell> row(
      Method method, String quantity, List<RunRecord> runs, AtLayer value) {
    List<Cell> line = new ArrayList<>(List.of(Markup.method(method), Cell.left(quantity)));
    for (int l = 0; l < LAYERS; l++) {
      int layer = l;
      Estimate e =
          Estimate.of(
              runs.stream()
                  .filter(r -> layer < r.layers())
                  .mapToDouble(r -> value.of(r, layer))
                  .toArray());
      String mean = e.n() == 0 ? "" : number(e.mean());
      line.add(Cell.of(e.n() < 2 ? mean : mean + String.format(Locale.ROOT, " ± %.3f", e.sd())));
    }
    return line;
  }

  /** Without the sign of a zero. */
  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value).replaceFirst("^-(0\\.0*)$", "$1");
  }
}
