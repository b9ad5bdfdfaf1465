// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Estimate;
import dev.secant.lab.claims.Names;
import dev.secant.lab.report.Markup.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Runs whose mixing is as strong with K points as with two, beside those where it grows with K:
 * does K help beyond strength?
 */
final class MatchedSection {
  private static final String ALPHA = "mix.alpha";
  private static final String MATCHED = "matched";
  private static final int TWO = 2;

  /** Runs that differ in how alpha follows K, and in nothing else. */
  private record Pair(Group fixed, Group matched) {}

  private final Markup page;
  private final Study study;

  MatchedSection(Markup page, Study study) {
    this.page = page;
    this.study = study;
  }

  /** Nothing where no run is matched. */
  void write() {
    List<Pair> pairs = pairs();
    if (pairs.isEmpty()) return;
    page.heading("Matched strength")
        .paragraph(
            "With the same alpha, a mix of more points is a stronger one: the mean sum of squares of the weights falls from"
                + " 0.75 with K = 2 to 0.60 and 0.50 with 3 and 4 at alpha 0.5. Runs with mix.alpha = matched keep that of"
                + " K = 2. What is left of the difference to K = 2 there is not due to strength. Means over seeds; differences"
                + " are of the same seed, with half of their 95 % t-interval, and are indicative: no claim of the paper is"
                + " about them.");
    for (Pair pair : pairs) {
      for (String reading : pair.matched.readings()) {
        for (int size : pair.matched.sizes()) cell(pair, reading, size);
      }
    }
  }

  private List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (Group matched : study.groups()) {
      if (!MATCHED.equals(matched.settings().get(ALPHA))) continue;
      Map<String, String> wanted = new TreeMap<>(matched.settings());
      wanted.put(ALPHA, "fixed");
      for (Group fixed : study.groups()) {
        if (fixed.dataset().equals(matched.dataset()) && fixed.settings().equals(wanted))
          pairs.add(new Pair(fixed, matched));
      }
    }
    return pairs;
  }

  private void cell(Pair pair, String reading, int size) {
    List<List<Cell>> rows = new ArrayList<>();
    for (Method method : pair.matched.methods(size, reading)) {
      if (method.k() > TWO) rows(pair, reading, size, method, rows);
    }
    if (rows.isEmpty()) return;
    List<Cell> heads = new ArrayList<>();
    for (String head : List.of("Method", "Alpha")) heads.add(Cell.left(head));
    for (String head : List.of("Seeds", "Accuracy, %")) heads.add(Cell.of(head));
    for (int l = 0; l < ExcessSection.LAYERS; l++) heads.add(Cell.of("NonLin L" + l));
    String name = Names.dataset(pair.fixed.dataset());
    page.subheading("%s, %d labels, reading %s".formatted(name, size, reading)).table(heads, rows);
  }

  private static void rows(
      Pair pair, String reading, int size, Method method, List<List<Cell>> rows) {
    Method two = new Method(method.kind(), TWO);
    List<RunRecord> matched = pair.matched.cell(size, reading, method);
    List<RunRecord> fixed = pair.fixed.cell(size, reading, method);
    List<RunRecord> reference = pair.fixed.cell(size, reading, two);
    if (!reference.isEmpty()) rows.add(means(two, "fixed", reference));
    if (!fixed.isEmpty()) rows.add(means(method, "fixed", fixed));
    rows.add(means(method, MATCHED, matched));
    String of = method.label() + " " + MATCHED + " − ";
    if (!fixed.isEmpty()) rows.add(differences(of + "fixed", matched, fixed));
    if (!reference.isEmpty()) rows.add(differences(of + two.label(), matched, reference));
  }

  private static List<Cell> means(Method method, String alpha, List<RunRecord> runs) {
    List<Cell> line = new ArrayList<>(List.of(Markup.method(method), Cell.left(alpha)));
    line.add(Cell.of(Integer.toString(runs.size())));
    line.add(Cell.of(number("%.1f", mean(runs, r -> 100 * r.accuracy()))));
    for (int l = 0; l < ExcessSection.LAYERS; l++) {
      int layer = l;
      line.add(Cell.of(number("%.3f", mean(runs, r -> nonlin(r, layer)))));
    }
    return line;
  }

  private static double mean(List<RunRecord> runs, ToDoubleFunction<RunRecord> of) {
    return Estimate.of(runs.stream().mapToDouble(of).toArray()).mean();
  }

  private static double nonlin(RunRecord run, int layer) {
    return layer < run.layers() ? run.nonlin(layer) : Double.NaN;
  }

  /** Of the seeds that both have. */
  private static List<Cell> differences(
      String name, List<RunRecord> runs, List<RunRecord> reference) {
    SortedMap<Long, RunRecord> bySeed = new TreeMap<>();
    reference.forEach(r -> bySeed.put(r.cell().seed(), r));
    List<RunRecord> both = runs.stream().filter(r -> bySeed.containsKey(r.cell().seed())).toList();
    List<Cell> line = new ArrayList<>(List.of(Cell.left(name), Cell.left("")));
    line.add(Cell.of(Integer.toString(both.size())));
    line.add(difference("%+.1f", both, r -> 100 * (r.accuracy() - of(bySeed, r).accuracy())));
    for (int l = 0; l < ExcessSection.LAYERS; l++) {
      int layer = l;
      line.add(difference("%+.3f", both, r -> nonlin(r, layer) - nonlin(of(bySeed, r), layer)));
    }
    return line;
  }

  private static RunRecord of(Map<Long, RunRecord> bySeed, RunRecord run) {
    return bySeed.get(run.cell().seed());
  }

  private static Cell difference(
      String format, List<RunRecord> runs, ToDoubleFunction<RunRecord> of) {
    Estimate e = Estimate.of(runs.stream().mapToDouble(of).toArray());
    String mean = number(format, e.mean());
    String half = number(format.replace("+", ""), e.half());
    return Cell.of(half.isEmpty() ? mean : mean + " ± " + half);
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "";
  }
}
