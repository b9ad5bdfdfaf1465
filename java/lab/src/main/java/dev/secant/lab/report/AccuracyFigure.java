// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Estimate;
import dev.secant.lab.plot.Axis;
import dev.secant.lab.plot.Mark;
import dev.secant.lab.plot.Panel;
import dev.secant.lab.plot.PanelFigure;
import dev.secant.lab.plot.Series;
import dev.secant.lab.report.RunRecord.EvaluationPoint;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Test accuracy with one standard deviation to each side of the mean over seeds: against labels
 * where there are several sizes, else as columns, and against train time.
 */
final class AccuracyFigure {
  private static final int WIDE = 1060;
  private static final int HALF = 560;
  private static final String PERCENT = " %";
  private static final String TITLE = "test accuracy, %";

  private final Group group;
  private final String reading;

  AccuracyFigure(Group group, String reading) {
    this.group = group;
    this.reading = reading;
  }

  PanelFigure of(String title, String subtitle) {
    List<Integer> sizes = group.sizes();
    if (sizes.size() > 1)
      return new PanelFigure(title, subtitle, List.of(againstLabels(sizes)), 1, WIDE);
    int size = sizes.get(0);
    return new PanelFigure(title, subtitle, List.of(columns(size), againstTime(size)), 2, HALF);
  }

  private Panel againstLabels(List<Integer> sizes) {
    List<Series> series = new ArrayList<>();
    for (Method method : group.methods(reading)) {
      SortedMap<Double, List<Double>> bySize = new TreeMap<>();
      for (int size : sizes) {
        List<Double> values = percent(group.cell(size, reading, method));
        if (!values.isEmpty()) bySize.put((double) size, values);
      }
      series.add(
          new Series(
              method.label(), method.look(), LinearityFigure.spread(bySize), Series.Style.BARS));
    }
    return panel("Accuracy against labels", Axis.logarithmic("labels", sizes), series);
  }

  private Panel columns(int size) {
    List<Series> series = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Method method : group.methods(size, reading)) {
      List<Double> values = percent(group.cell(size, reading, method));
      Estimate e = Estimate.of(values.stream().mapToDouble(Double::doubleValue).toArray());
      Series.Point point =
          new Series.Point(names.size(), e.mean(), e.mean() - e.sd(), e.mean() + e.sd());
      series.add(new Series(method.label(), method.look(), List.of(point), Series.Style.COLUMNS));
      names.add(method.label());
    }
    return panel("Accuracy at the end", Axis.names("method", names), series);
  }

  private Panel againstTime(int size) {
    List<Series> series = new ArrayList<>();
    for (Method method : group.methods(size, reading)) {
      SortedMap<Double, List<Double>> byTime = new TreeMap<>();
      for (RunRecord run : group.cell(size, reading, method)) {
        for (EvaluationPoint p : run.evaluations())
          byTime.computeIfAbsent(p.trainTime(), t -> new ArrayList<>()).add(100 * p.accuracy());
      }
      series.add(
          new Series(
              method.label(), method.look(), LinearityFigure.spread(byTime), Series.Style.BAND));
    }
    return panel(
        "Accuracy during training", Axis.linear("train time (1000 = end)", 0, 1000, 5), series);
  }

  private Panel panel(String title, Axis x, List<Series> series) {
    double top = series.stream().mapToDouble(Series::top).max().orElse(0);
    List<Mark> marks = new ArrayList<>();
    double chance = group.runs().get(0).chance();
    if (Double.isFinite(chance)) {
      marks.add(new Mark(100 * chance, "chance"));
      top = Math.max(top, 100 * chance);
    }
    return new Panel(title, x, Axis.fromZero(TITLE, top), series, marks, PERCENT);
  }

  private static List<Double> percent(List<RunRecord> runs) {
    return runs.stream().map(r -> 100 * r.accuracy()).filter(Double::isFinite).toList();
  }
}
