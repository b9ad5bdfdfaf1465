// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Claims;
import dev.secant.lab.claims.Crossing;
import dev.secant.lab.claims.Estimate;
import dev.secant.lab.claims.LabelsTo;
import dev.secant.lab.claims.Names;
import dev.secant.lab.claims.Results;
import dev.secant.lab.report.RunRecord.EvaluationPoint;
import dev.secant.lab.report.Table.Column;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** The tables of a study. */
final class Tables {
  private static final double[] TARGETS = {0.3, 0.5, 0.7, 0.8, 0.9};

  private final Study study;

  Tables(Study study) {
    this.study = study;
  }

  List<Table> all() {
    return List.of(accuracy(), nonlin(), labelsToTarget(), stepsToAccuracy(), runs());
  }

  /** A size of a group under a reading, with one method. */
  private interface CellVisitor {
    void visit(Group group, String reading, int size, Method method, List<RunRecord> runs);
  }

  private void eachCell(CellVisitor visitor) {
    for (Group group : study.groups()) {
      for (String reading : group.readings()) {
        for (int size : group.sizes()) {
          for (Method method : group.methods(size, reading))
            visitor.visit(group, reading, size, method, group.cell(size, reading, method));
        }
      }
    }
  }

  private static List<Object> key(Group group, String reading, Object... more) {
    List<Object> row = new ArrayList<>();
    row.add(Names.dataset(group.dataset()));
    row.add(group.letter());
    row.add(reading);
    row.addAll(Arrays.asList(more));
    return row;
  }

  private static List<Column> columns(Column... more) {
    List<Column> all = new ArrayList<>();
    all.add(Column.text("dataset", "Data set"));
    all.add(Column.text("configuration", "Configuration"));
    all.add(Column.text("reading", "Reading"));
    all.addAll(Arrays.asList(more));
    return List.copyOf(all);
  }

  private static Estimate estimate(Collection<RunRecord> runs, ToDoubleFunction<RunRecord> of) {
    return Estimate.of(runs.stream().mapToDouble(of).filter(Double::isFinite).toArray());
  }

  Table accuracy() {
    List<List<Object>> rows = new ArrayList<>();
    eachCell(
        (group, reading, size, method, runs) -> {
          Estimate e = estimate(runs, RunRecord::accuracy);
          rows.add(
              key(
                  group,
                  reading,
                  size,
                  method.label(),
                  e.n(),
                  e.mean(),
                  e.low(),
                  e.high(),
                  e.sd()));
        });
    return new Table(
        "accuracy",
        columns(
            Column.whole("labels", "Labels"),
            Column.text("method", "Method"),
            Column.whole("seeds", "Seeds"),
            Column.percent("accuracy", "Accuracy"),
            Column.percent("low", "95 % from"),
            Column.percent("high", "to"),
            Column.percent("sd", "Deviation")),
        rows);
  }

  Table nonlin() {
    List<List<Object>> rows = new ArrayList<>();
    eachCell(
        (group, reading, size, method, runs) -> {
          int layers = runs.stream().mapToInt(RunRecord::layers).min().orElse(0);
          for (int layer = 0; layer < layers; layer++) {
            int l = layer;
            Estimate e = estimate(runs, r -> r.nonlin(l));
            rows.add(
                key(
                    group,
                    reading,
                    size,
                    method.label(),
                    e.n(),
                    "L" + l,
                    e.mean(),
                    e.low(),
                    e.high(),
                    e.sd(),
                    estimate(runs, r -> r.floor(l)).mean(),
                    estimate(runs, r -> r.excess(l)).mean(),
                    estimate(runs, r -> r.relative(l)).mean()));
          }
        });
    return new Table(
        "nonlin",
        columns(
            Column.whole("labels", "Labels"),
            Column.text("method", "Method"),
            Column.whole("seeds", "Seeds"),
            Column.text("layer", "Layer"),
            Column.number("nonlin", "NonLin"),
            Column.number("low", "95 % from"),
            Column.number("high", "to"),
            Column.number("sd", "Deviation"),
            Column.number("floor", "Floor"),
            Column.number("excess", "Excess"),
            Column.number("relative", "Relative")),
        rows);
  }

  /** The mean is that of the logarithms; a seed that does not cross counts with its bound. */
  Table labelsToTarget() {
    List<List<Object>> rows = new ArrayList<>();
    for (Group group : study.groups()) {
      for (String reading : group.readings()) {
        Results results = group.results(reading);
        for (Method method : group.methods(reading))
          labelsToTarget(group, reading, results, method, rows);
      }
    }
    return new Table(
        "labels-to-70",
        columns(
            Column.text("method", "Method"),
            Column.whole("seeds", "Seeds"),
            Column.whole("labels", "Labels to 70 %"),
            Column.whole("low", "95 % from"),
            Column.whole("high", "to"),
            Column.whole("outside", "Seeds that do not cross"),
            Column.whole("paper", "Paper, about")),
        rows);
  }

  private static void labelsToTarget(
      Group group, String reading, Results results, Method method, List<List<Object>> rows) {
    Collection<Crossing> found =
        LabelsTo.bySeed(
                results,
                group.dataset(),
                new TreeSet<>(group.sizes()),
                method.label(),
                Claims.TARGET)
            .values();
    if (found.isEmpty()) return;
    Estimate e = Estimate.of(found.stream().mapToDouble(c -> Math.log(c.labels())).toArray());
    long outside = found.stream().filter(c -> !c.within()).count();
    Object paper =
        group.dataset().equals("cifar10") ? Published.LABELS_TO_70.get(method.label()) : null;
    rows.add(
        key(
            group,
            reading,
            method.label(),
            e.n(),
            Math.exp(e.mean()),
            Math.exp(e.low()),
            Math.exp(e.high()),
            outside,
            paper));
  }

  /** The first evaluation at or above a target, of the seeds that reach it. */
  Table stepsToAccuracy() {
    List<List<Object>> rows = new ArrayList<>();
    eachCell(
        (group, reading, size, method, runs) -> {
          for (double target : TARGETS) {
            double[] steps =
                runs.stream()
                    .mapToDouble(r -> stepsTo(r, target))
                    .filter(Double::isFinite)
                    .toArray();
            if (steps.length == 0) continue;
            Estimate e = Estimate.of(steps);
            rows.add(
                key(
                    group,
                    reading,
                    size,
                    method.label(),
                    target,
                    runs.size(),
                    e.n(),
                    e.mean(),
                    e.low(),
                    e.high()));
          }
        });
    return new Table(
        "steps-to-accuracy",
        columns(
            Column.whole("labels", "Labels"),
            Column.text("method", "Method"),
            Column.percent("accuracy", "Accuracy"),
            Column.whole("seeds", "Seeds"),
            Column.whole("reached", "Reached by"),
            Column.whole("steps", "Steps"),
            Column.whole("low", "95 % from"),
            Column.whole("high", "to")),
        rows);
  }

  private static double stepsTo(RunRecord run, double target) {
    return run.evaluations().stream()
        .filter(p -> p.accuracy() >= target)
        .mapToDouble(EvaluationPoint::step)
        .findFirst()
        .orElse(Double.NaN);
  }

  Table runs() {
    List<List<Object>> rows = new ArrayList<>();
    for (RunRecord run : study.runs()) {
      RunFacts f = run.facts();
      rows.add(
          Arrays.asList(
              run.name(),
              run.dataset(),
              run.cell().labels(),
              run.label(),
              run.cell().hasReading() ? run.cell().reading() : "",
              run.cell().seed(),
              run.steps(),
              run.accuracy(),
              f.seconds(),
              f.joules(),
              f.backend(),
              f.host(),
              f.revision(),
              f.lossy(),
              f.dataHash(),
              f.splitHash(),
              f.pairsHash()));
    }
    return new Table(
        "runs",
        List.of(
            Column.text("run", "Run"),
            Column.text("dataset", "Data set"),
            Column.whole("labels", "Labels"),
            Column.text("method", "Method"),
            Column.text("reading", "Reading"),
            Column.whole("seed", "Seed"),
            Column.whole("steps", "Steps"),
            Column.percent("accuracy", "Accuracy"),
            Column.whole("seconds", "Seconds"),
            Column.whole("joules", "Joules"),
            Column.text("backend", "Backend"),
            Column.text("host", "Host"),
            Column.text("revision", "Revision"),
            Column.text("lossy", "Lossy"),
            Column.text("data_hash", "Data hash"),
            Column.text("split_hash", "Split hash"),
            Column.text("pairs_hash", "Pairs hash")),
        rows);
  }
}
