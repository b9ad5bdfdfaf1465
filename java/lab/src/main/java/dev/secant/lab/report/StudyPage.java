// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Estimate;
import dev.secant.lab.claims.Names;
import dev.secant.lab.report.Markup.Cell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** {@code report.html} of a study: figures, claims, tables, and where all of it comes from. */
final class StudyPage {
  private final Study study;
  private final List<Study.Row> claims;
  private final List<NamedFigure> figures;
  private final Tables tables;
  private final Markup page = new Markup("Secant: report", "When does mixup make layers linear?");

  StudyPage(Study study, List<Study.Row> claims, List<NamedFigure> figures, Tables tables) {
    this.study = study;
    this.claims = claims;
    this.figures = figures;
    this.tables = tables;
  }

  String render() {
    overview();
    figures();
    new ClaimsSection(page, claims, study.readings()).write();
    accuracy();
    new ExcessSection(page, study).write();
    new MatchedSection(page, study).write();
    labelsAndSteps();
    configurations();
    new ChecklistSection(page, study, tables).write();
    return page.finish();
  }

  private void overview() {
    Provenance provenance = new Provenance(study.runs());
    page.paragraph(
        study.runs().size()
            + (study.runs().size() == 1 ? " run: " : " runs: ")
            + provenance.caption()
            + ".");
    page.note(provenance.data() + " " + provenance.weight());
    provenance.notes().forEach(page::note);
    if (!study.unfinished().isEmpty()) {
      page.note(
          "Left out, for they have not ended: " + String.join(", ", study.unfinished()) + ".");
    }
  }

  // ---- figures
  // -----------------------------------------------------------------------------------

  private void figures() {
    page.heading("Figures")
        .paragraph(Markup.NONLIN + " Rest the pointer on a figure for its values.");
    figures.stream().filter(f -> !f.further()).forEach(page::figure);
    List<NamedFigure> further = figures.stream().filter(NamedFigure::further).toList();
    if (!further.isEmpty())
      page.details(
          "Linearity at sizes of which the paper shows none", () -> further.forEach(page::figure));
    List<Integer> missing = FigureSet.missing(study);
    if (!missing.isEmpty()) {
      page.small(
          "Figures of the paper that no run here is for: "
              + missing.stream().map(String::valueOf).collect(Collectors.joining(", "))
              + ".");
    }
  }

  // ---- tables
  // ------------------------------------------------------------------------------------

  private void accuracy() {
    page.heading("Accuracy")
        .paragraph(
            "Mean of the last evaluations of a run, never the best; mean and 95 % t-interval over seeds.")
        .table(tables.accuracy());
    published("cifar10", List.of(250, 500, 1000, 2000, 4000));
    published("svhn", List.of(250, 500, 1000, 2000, 4000));
  }

  /** Published test errors and ours. */
  private void published(String dataset, List<Integer> sizes) {
    page.subheading("Test error on " + Names.dataset(dataset) + " beside published numbers, %");
    List<Cell> heads = new ArrayList<>(List.of(Cell.left("Method"), Cell.left("Source")));
    sizes.forEach(size -> heads.add(Cell.of(size + " labels")));
    List<List<Cell>> rows = new ArrayList<>();
    for (Published.Row row : Published.ERRORS) {
      if (!row.dataset().equals(dataset)) continue;
      List<Cell> line = new ArrayList<>(List.of(Cell.left(row.method()), Cell.left(row.source())));
      for (int size : sizes) {
        Double percent = row.percent().get(size);
        line.add(Cell.of(percent == null ? "" : String.format(Locale.ROOT, "%.2f", percent)));
      }
      rows.add(line);
    }
    for (Group group : study.groups())
      if (group.dataset().equals(dataset)) ours(group, sizes, rows);
    page.table(heads, rows);
    page.small(
        "Published: WRN-28-2, other code, budgets and splits. MixMatch's mixup uses the unlabelled images, ours does not."
            + " Ours: mean and half of the 95 % interval over seeds.");
  }

  private static void ours(Group group, List<Integer> sizes, List<List<Cell>> rows) {
    for (String reading : group.readings()) {
      for (Method method : group.methods(reading)) {
        List<Cell> line = new ArrayList<>();
        line.add(new Cell(method.label(), "t", Markup.key(method.look())));
        line.add(Cell.left("ours, reading " + reading + group.suffix()));
        for (int size : sizes) line.add(Cell.of(error(group.cell(size, reading, method))));
        rows.add(line);
      }
    }
  }

  private static String error(List<RunRecord> runs) {
    Estimate e = Estimate.of(runs.stream().mapToDouble(r -> 100 * (1 - r.accuracy())).toArray());
    if (e.n() == 0) return "";
    String mean = String.format(Locale.ROOT, "%.2f", e.mean());
    return e.n() < 2 ? mean : mean + String.format(Locale.ROOT, " ± %.2f", e.half());
  }

  private void labelsAndSteps() {
    Table labels = tables.labelsToTarget();
    page.heading("Labels and steps to an accuracy");
    if (labels.rows().isEmpty()) {
      page.paragraph("Labels to 70 % need two sizes of a method at least.");
    } else {
      page.paragraph(
              "Labels to 70 %: straight lines in the logarithm of the labels between the sizes run, per seed; the mean is"
                  + " that of the logarithms. A seed that does not cross counts with the end of the range.")
          .table(labels);
    }
    page.details(
        "Steps to an accuracy: the first evaluation at or above it",
        () -> page.table(tables.stepsToAccuracy()));
  }

  // ---- configurations
  // ----------------------------------------------------------------------------

  private void configurations() {
    page.heading("Configurations");
    differences();
    betweenDatasets();
    Map<String, List<String>> common = new TreeMap<>();
    for (RunRecord run : study.runs()) {
      Grouping.meaningful(run)
          .forEach(
              (key, value) -> {
                List<String> values = common.computeIfAbsent(key, k -> new ArrayList<>());
                if (!values.contains(value)) values.add(value);
              });
    }
    page.details(
        "Every option that has one value in all runs",
        () ->
            page.table(
                List.of(Cell.left("Option"), Cell.left("Value")),
                common.entrySet().stream()
                    .filter(e -> e.getValue().size() == 1)
                    .map(e -> List.of(Cell.left(e.getKey()), Cell.left(shown(e.getValue().get(0)))))
                    .toList()));
  }

  /** Between the groups of one data set. */
  private void differences() {
    boolean any = false;
    for (Group group : study.groups()) {
      if (group.letter().isEmpty()) continue;
      any = true;
      page.paragraph(
          "Configuration %s on %s, %d runs: %s"
              .formatted(
                  group.letter(),
                  Names.dataset(group.dataset()),
                  group.runs().size(),
                  group.settings().entrySet().stream()
                      .map(e -> e.getKey() + " = " + shown(e.getValue()))
                      .collect(Collectors.joining(", "))));
    }
    page.paragraph(
        any
            ? "Runs of different configurations are never averaged or compared."
            : "All runs on one data set have the same options but labels, method, K, reading and seed.");
  }

  /** Between data sets, options that are the same in all runs of each. */
  private void betweenDatasets() {
    Map<String, List<RunRecord>> sets = new LinkedHashMap<>();
    for (RunRecord run : study.runs())
      sets.computeIfAbsent(run.dataset(), d -> new ArrayList<>()).add(run);
    if (sets.size() < 2) return;
    List<Cell> heads = new ArrayList<>(List.of(Cell.left("Option that differs between data sets")));
    sets.keySet().forEach(name -> heads.add(Cell.left(name)));
    List<List<Cell>> rows = new ArrayList<>();
    for (String key : Grouping.varying(study.runs())) {
      List<Cell> line = new ArrayList<>(List.of(Cell.left(key)));
      for (List<RunRecord> runs : sets.values()) {
        Set<String> values =
            runs.stream()
                .map(r -> Grouping.meaningful(r).get(key))
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(TreeSet::new));
        line.add(
            Cell.left(values.stream().map(StudyPage::shown).collect(Collectors.joining(" / "))));
      }
      rows.add(line);
    }
    page.table(heads, rows);
  }

  /** Without folders of this machine, and hashes in short. */
  private static String shown(String value) {
    if (value.startsWith("/")) return value.substring(value.lastIndexOf('/') + 1);
    return value.matches("[0-9a-f]{64}") ? value.substring(0, 12) : value;
  }
}
