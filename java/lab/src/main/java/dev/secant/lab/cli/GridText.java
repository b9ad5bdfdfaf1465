// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.Word;
import dev.secant.lab.grid.Cell;
import dev.secant.lab.grid.CellState;
import dev.secant.lab.grid.Cost;
import dev.secant.lab.grid.Result;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Cells as lines of text. */
final class GridText {
  private static final double DAY = 86_400;
  private static final double DAYS_FROM = 3 * DAY;
  private static final String ROW = "%-12s %s  %s%n";

  private GridText() {}

  /** A line a cell, and how long what is left takes. */
  static void plan(Console console, List<Cell> cells, List<CellState> states, Cost cost) {
    for (int i = 0; i < cells.size(); i++) {
      Cell cell = cells.get(i);
      Cost.Estimate estimate = cost.of(cell.config());
      String time = Double.isNaN(estimate.seconds()) ? "" : time(estimate.seconds());
      console
          .out()
          .printf(
              Locale.ROOT,
              "%4d  %-42s %9d steps  %-11s %12s %s%n",
              cell.index(),
              cell.name(),
              cell.config().run().steps(),
              Word.of(states.get(i).kind()),
              time,
              Word.of(estimate.basis()));
    }
    console.out().println(count(cells.size(), "cell") + ": " + kinds(states));
    console.out().println(total(cells, states, cost));
  }

  /** Which data sets are there. */
  static void sets(Console console, Set<String> datasets, MissingSets missing) {
    for (String dataset : datasets) {
      String why = missing.reasons().get(dataset);
      console
          .out()
          .println(why == null ? dataset + " is there" : "missing: " + dataset + " (" + why + ")");
    }
  }

  private static String total(List<Cell> cells, List<CellState> states, Cost cost) {
    Map<Cost.Basis, Double> seconds = new EnumMap<>(Cost.Basis.class);
    for (int i = 0; i < cells.size(); i++) {
      if (states.get(i).kind() == CellState.Kind.DONE) continue;
      Cost.Estimate e = cost.of(cells.get(i).config());
      seconds.merge(e.basis(), e.seconds(), Double::sum);
    }
    if (seconds.isEmpty()) return "nothing is left to do";
    if (seconds.containsKey(Cost.Basis.UNKNOWN)) {
      String backend = cells.get(0).config().run().backend();
      return "how long it takes on " + backend + " is not known before a cell is done there";
    }
    double all = seconds.values().stream().mapToDouble(d -> d).sum();
    String parts = seconds.keySet().stream().map(GridText::basis).collect(Collectors.joining(", "));
    return "left, one after the other: about " + time(all) + ", " + parts;
  }

  private static String basis(Cost.Basis basis) {
    return switch (basis) {
      case MEASURED -> "measured on cells like these that are done";
      case SCALED -> "scaled by multiply-adds from other cells that are done";
      case ASSUMED -> "assumed from multiply-adds and processors, off by a factor of two at times";
      case UNKNOWN -> "unknown";
    };
  }

  static void status(Console console, List<Cell> cells, List<CellState> states) {
    console.out().println(count(cells.size(), "cell") + ": " + kinds(states));
    for (int i = 0; i < cells.size(); i++) {
      CellState state = states.get(i);
      if (state.kind() == CellState.Kind.DONE || state.kind() == CellState.Kind.MISSING) continue;
      console
          .out()
          .printf(ROW, Word.of(state.kind()), cells.get(i).name(), detail(cells.get(i), state));
    }
    Map<String, Long> revisions =
        states.stream()
            .filter(s -> s.revisionOrNull() != null)
            .collect(
                Collectors.groupingBy(
                    CellState::revisionOrNull, TreeMap::new, Collectors.counting()));
    if (revisions.size() > 1) {
      String list =
          revisions.entrySet().stream()
              .map(e -> e.getKey() + " (" + e.getValue() + ")")
              .collect(Collectors.joining(", "));
      console.out().println("cells that are done come from several revisions: " + list);
    }
  }

  private static String detail(Cell cell, CellState state) {
    return switch (state.kind()) {
      case RUNNING -> progress(cell, state.step(), state.secondsLeft()) + ", " + state.reason();
      case FAILED -> "exit code " + state.exitCode() + ": " + state.reason();
      default -> state.reason();
    };
  }

  /** {@code step 3 of 10, 0:07 left}. */
  static String progress(Cell cell, long step, double secondsLeft) {
    String text = "step " + step + " of " + cell.config().run().steps();
    if (Double.isNaN(secondsLeft)) return text;
    return text + ", " + time(secondsLeft) + " left";
  }

  static void results(Console console, Map<Cell, Result> results) {
    results.forEach(
        (cell, result) -> {
          if (result.kind() == Result.Kind.FAILED)
            console
                .out()
                .printf(
                    ROW,
                    "failed",
                    cell.name(),
                    "exit code " + result.exitCode() + ": " + result.reason());
          else if (!result.reason().isEmpty())
            console.out().printf(ROW, Word.of(result.kind()), cell.name(), result.reason());
        });
    Map<String, Long> kinds = new TreeMap<>();
    results.values().forEach(r -> kinds.merge(Word.of(r.kind()).replace('-', ' '), 1L, Long::sum));
    console.out().println(count(results.size(), "cell") + ": " + counts(kinds));
  }

  private static String kinds(Collection<CellState> states) {
    Map<CellState.Kind, Long> kinds = new EnumMap<>(CellState.Kind.class);
    states.forEach(s -> kinds.merge(s.kind(), 1L, Long::sum));
    return kinds.entrySet().stream()
        .map(e -> e.getValue() + " " + Word.of(e.getKey()))
        .collect(Collectors.joining(", "));
  }

  private static String counts(Map<String, Long> kinds) {
    return kinds.entrySet().stream()
        .map(e -> e.getValue() + " " + e.getKey())
        .collect(Collectors.joining(", "));
  }

  static String count(int n, String noun) {
    return n + " " + noun + (n == 1 ? "" : "s");
  }

  /** {@code 0:07}, {@code 3:05:00}, {@code 21 days}. */
  static String time(double seconds) {
    if (seconds < DAYS_FROM) return Progress.Lines.duration(Math.round(seconds));
    return Math.round(seconds / DAY) + " days";
  }
}
