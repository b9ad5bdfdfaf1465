// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Names;
import dev.secant.lab.report.Markup.Cell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The questions that papers answer on how their numbers came about, answered from logs alone. */
final class ChecklistSection {
  private final Markup page;
  private final Study study;
  private final Tables tables;

  ChecklistSection(Markup page, Study study, Tables tables) {
    this.page = page;
    this.study = study;
    this.tables = tables;
  }

  void write() {
    page.heading("Checklist");
    commands();
    splits();
    page.subheading("Error bars")
        .paragraph(
            "Figures: one standard deviation (n − 1) over seeds to each side of the mean. Tables: 95 % t-intervals over"
                + " seeds. A seed fixes split, initialisation, order and draws. "
                + new Provenance(study.runs()).weight());
    compute();
    sources();
    provenance();
  }

  private void commands() {
    page.subheading("Commands")
        .paragraph(
            "Every run folder has its settled options; this trains it again, and its metrics.jsonl comes out the same on"
                + " the same build and machine. This page and all files beside it come from the run folders alone.");
    page.commands(
        List.of(
            "secant train --config RUN/config.yaml --out NEW", "secant report GRID --out REPORT"));
  }

  private void splits() {
    page.subheading("Data and splits");
    Map<String, Long> counts = new TreeMap<>();
    for (Group group : study.groups()) {
      for (RunRecord run : group.runs()) {
        String split =
            "%s, %d labels, seed %d: split %s"
                .formatted(
                    run.dataset(),
                    run.cell().labels(),
                    run.cell().seed(),
                    run.facts()
                        .splitHash()
                        .substring(0, Math.min(12, run.facts().splitHash().length())));
        counts.merge(split, 1L, Long::sum);
      }
    }
    page.paragraph(
        "Labelled images are drawn by the seed from the training set; evaluations and probes see test images only. split.json"
            + " of a run lists every index.");
    page.details(
        counts.size() + " splits by their hashes", () -> page.list(List.copyOf(counts.keySet())));
  }

  private void compute() {
    page.subheading("Compute");
    Map<String, List<RunRecord>> byHost =
        study.runs().stream()
            .collect(
                Collectors.groupingBy(
                    r -> r.facts().backend() + ", " + r.facts().host(),
                    TreeMap::new,
                    Collectors.toList()));
    List<List<Cell>> rows = new ArrayList<>();
    byHost.forEach(
        (host, runs) ->
            rows.add(
                List.of(
                    Cell.left(host),
                    Cell.of(Integer.toString(runs.size())),
                    Cell.of(total(runs, r -> r.facts().seconds() / 3600, "%.2f")),
                    Cell.of(total(runs, r -> r.facts().joules() / 1e6, "%.3f")))));
    page.table(
        List.of(
            Cell.left("Backend and machine"),
            Cell.of("Runs"),
            Cell.of("Device-hours"),
            Cell.of("Energy, MJ")),
        rows);
    page.small(
        "Of training with its evaluations and probes, as the runs recorded it; runs that were stopped or lost are not in it."
            + " Energy is that of the machine's processors, whoever used them, where Linux has counters for it.");
  }

  private static String total(List<RunRecord> runs, ToDoubleFunction<RunRecord> of, String format) {
    double[] known = runs.stream().mapToDouble(of).filter(Double::isFinite).toArray();
    if (known.length == 0) return "not recorded";
    String sum = String.format(Locale.ROOT, format, Arrays.stream(known).sum());
    return known.length == runs.size() ? sum : sum + " of " + known.length + " runs";
  }

  private void sources() {
    page.subheading("Data: citations and licences");
    List<List<Cell>> rows = new ArrayList<>();
    study.runs().stream()
        .map(r -> r.cell().dataset())
        .distinct()
        .forEach(
            dataset -> {
              Published.Source source = Published.source(dataset);
              rows.add(
                  List.of(
                      Cell.left(Names.dataset(dataset)),
                      Cell.left(source.citation()),
                      Cell.left(source.licence()),
                      Cell.left(hashes(dataset))));
            });
    page.table(
        List.of(
            Cell.left("Data set"), Cell.left("Source"), Cell.left("Licence"), Cell.left("Images")),
        rows);
  }

  private String hashes(String dataset) {
    return study.runs().stream()
        .filter(r -> r.cell().dataset().equals(dataset))
        .map(
            r ->
                "data_hash "
                    + brief(r.facts().dataHash())
                    + (r.facts().lossy() ? ", lossy or unknown" : ", not lossy"))
        .distinct()
        .collect(Collectors.joining("; "));
  }

  private static String brief(String hash) {
    return hash.substring(0, Math.min(12, hash.length()));
  }

  private void provenance() {
    page.subheading("Provenance");
    page.paragraph(
        "Source revisions: "
            + study.runs().stream()
                .map(r -> r.facts().revision())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "))
            + ". Every run with its hashes: tables/runs.csv.");
    page.details("Runs", () -> page.table(brief(tables.runs())));
  }

  /** Hashes in short. */
  private static Table brief(Table runs) {
    List<List<Object>> rows = new ArrayList<>();
    for (List<Object> row : runs.rows()) {
      List<Object> cells = new ArrayList<>();
      for (Object cell : row)
        cells.add(cell instanceof String s && s.matches("[0-9a-f]{64}") ? brief(s) : cell);
      rows.add(cells);
    }
    return new Table(runs.name(), runs.columns(), rows);
  }
}
