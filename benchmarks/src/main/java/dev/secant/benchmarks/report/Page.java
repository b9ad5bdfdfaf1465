// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The tables of {@code benchmarks/README.md}, made from the recorded results. */
public final class Page {
  public static final String BEGIN = "<!-- tables: written by ./secant bench --record -->";
  public static final String END = "<!-- end of the tables -->";

  private Page() {}

  /**
   * Puts the tables of all results of a folder between the marks of a page.
   *
   * @throws DataException when the page has no marks
   */
  public static void update(Path page, Path folder) {
    AtomicFile.write(page, updated(page, folder).getBytes(StandardCharsets.UTF_8));
  }

  /** The page as it should be. */
  public static String updated(Path page, Path folder) {
    try {
      String text = Files.readString(page);
      int begin = text.indexOf(BEGIN);
      int end = text.indexOf(END);
      if (begin < 0 || end < begin)
        throw new DataException(page + ": expected the lines " + BEGIN + " and " + END);
      return text.substring(0, begin + BEGIN.length())
          + "\n\n"
          + tables(folder)
          + text.substring(end);
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", page, e);
    }
  }

  private static String tables(Path folder) {
    StringBuilder text = new StringBuilder();
    for (Path file : files(folder)) text.append(section(file, Results.read(file)));
    return text.isEmpty() ? "No results are recorded yet.\n\n" : text.toString();
  }

  /** In the order of their names. */
  public static List<Path> files(Path folder) {
    if (!Files.isDirectory(folder)) return List.of();
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    } catch (IOException e) {
      throw IoFailureException.of("cannot list", folder, e);
    }
  }

  private static String section(Path file, Results results) {
    Figures figures = new Figures(results);
    StringBuilder text = new StringBuilder();
    text.append("### ")
        .append(results.processor().describe())
        .append(", ")
        .append(results.set())
        .append(" set\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %s, %d threads, %d rounds; Secant %s; load average %.1f before and %.1f after; %d processes were disturbed. As JSON: [%s](results/bench/%s).%n%n",
            results.date(),
            results.system(),
            results.threads(),
            results.rounds(),
            results.secant(),
            results.load().get(0),
            results.load().get(1),
            results.rejected().size(),
            file.getFileName(),
            file.getFileName()));
    text.append("Controls, in the processes themselves: ")
        .append(String.join("; ", figures.controls()))
        .append(".\n\n");
    results
        .programs()
        .forEach(
            (name, version) ->
                text.append(String.format(Locale.ROOT, "- `%s`: %s%n", name, version)));
    text.append('\n');
    append(text, List.of("goal", "at least", "found", ""), Goal.table(results));
    List<String> header = new ArrayList<>(List.of("problem"));
    header.addAll(Figures.HEADER);
    List<List<String>> rows = new ArrayList<>();
    String title = "";
    for (Row row : results.rows()) {
      List<String> cells = new ArrayList<>(List.of(row.title().equals(title) ? "" : row.title()));
      cells.addAll(figures.cells(row));
      rows.add(cells);
      title = row.title();
    }
    append(text, header, rows);
    append(
        text, List.of("step", "libtorch", "Python", "difference", ""), Confirmation.table(results));
    if (results.rows().stream().anyMatch(Row::noisy))
      text.append("~: every process of some round was disturbed.\n\n");
    results.failed().forEach(entry -> text.append("Failed: ").append(entry).append(".\n\n"));
    return text.toString();
  }

  private static void append(StringBuilder text, List<String> header, List<List<String>> rows) {
    if (rows.isEmpty()) return;
    text.append(line(header)).append(line(Collections.nCopies(header.size(), "---")));
    rows.forEach(cells -> text.append(line(cells)));
    text.append('\n');
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }
}
