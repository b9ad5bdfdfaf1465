// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** Results for a terminal. */
public final class TextTable {
  private TextTable() {}

  public static String of(Results results) {
    Figures figures = new Figures(results);
    StringBuilder text = new StringBuilder();
    text.append(results.processor().describe()).append(", ").append(results.system()).append('\n');
    results
        .programs()
        .forEach((name, version) -> text.append("  %-13s %s%n".formatted(name, version)));
    text.append("controls: ").append(String.join("; ", figures.controls())).append('\n');
    List<List<String>> lines = new ArrayList<>();
    lines.add(Figures.HEADER);
    results.rows().forEach(row -> lines.add(figures.cells(row)));
    int[] widths = widths(lines);
    text.append('\n').append(line(lines.get(0), widths)).append('\n');
    String title = "";
    for (Row row : results.rows()) {
      if (!row.title().equals(title)) text.append(title = row.title()).append('\n');
      text.append(line(figures.cells(row), widths)).append('\n');
    }
    append(text, "goals", Goal.table(results));
    append(text, "libtorch beside Python's PyTorch", Confirmation.table(results));
    if (results.rows().stream().anyMatch(Row::noisy))
      text.append("~ every process of some round was disturbed\n");
    if (!results.rejected().isEmpty())
      text.append(
          "%d processes were disturbed; those that could be were repeated%n"
              .formatted(results.rejected().size()));
    results.failed().forEach(entry -> text.append("failed: ").append(entry).append('\n'));
    return text.toString();
  }

  private static void append(StringBuilder text, String title, List<List<String>> table) {
    if (table.isEmpty()) return;
    text.append('\n').append(title).append('\n');
    int[] widths = widths(table);
    table.forEach(cells -> text.append(line(cells, widths)).append('\n'));
    text.append('\n');
  }

  private static int[] widths(List<List<String>> lines) {
    int[] widths = new int[lines.get(0).size()];
    for (List<String> cells : lines)
      for (int i = 0; i < widths.length; i++)
        widths[i] = Math.max(widths[i], cells.get(i).length());
    return widths;
  }

  /** The first cell to the left, the others to the right. */
  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder("  ");
    for (int i = 0; i < widths.length; i++) {
      String pad = " ".repeat(widths[i] - cells.get(i).length());
      line.append(i == 0 ? cells.get(i) + pad : "  " + pad + cells.get(i));
    }
    return line.toString().stripTrailing();
  }
}
