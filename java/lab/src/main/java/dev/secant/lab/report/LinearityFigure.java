// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Estimate;
import dev.secant.lab.plot.Axis;
import dev.secant.lab.plot.Panel;
import dev.secant.lab.plot.PanelFigure;
import dev.secant.lab.plot.Series;
import dev.secant.lab.report.RunRecord.ProbePoint;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * NonLin of each layer against train time: a panel per layer, a line per method, in a band of one
 * standard deviation to each side of the mean over seeds.
 */
final class LinearityFigure {
  private static final String[] TITLES = {
    "L0  stem convolution",
    "L1  group 1",
    "L2  group 2",
    "L3  group 3",
    "L4  pooled features",
    "L5  logits"
  };
  private static final int COLUMNS = 3;
  private static final int CELL = 492;

  private LinearityFigure() {}

  static PanelFigure of(String title, String subtitle, Group group, String reading, int labels) {
    List<Panel> panels = new ArrayList<>();
    for (int layer = 0; layer < TITLES.length; layer++)
      panels.add(panel(group, reading, labels, layer));
    return new PanelFigure(title, subtitle, panels, COLUMNS, CELL);
  }

  private static Panel panel(Group group, String reading, int labels, int layer) {
    List<Series> series = new ArrayList<>();
    for (Method method : group.methods(labels, reading)) {
      List<Series.Point> points = points(group.cell(labels, reading, method), layer);
      series.add(new Series(method.label(), method.look(), points, Series.Style.BAND));
    }
    double top = series.stream().mapToDouble(Series::top).max().orElse(0);
    return new Panel(
        TITLES[layer],
        Axis.linear("train time (1000 = end)", 0, 1000, 5),
        Axis.fromZero("NonLin", top),
        series,
        List.of(),
        "");
  }

  private static List<Series.Point> points(List<RunRecord> runs, int layer) {
    SortedMap<Double, List<Double>> byTime = new TreeMap<>();
    for (RunRecord run : runs) {
      for (ProbePoint p : run.probes()) {
        if (layer >= p.nonlin().length || !Double.isFinite(p.nonlin()[layer])) continue;
        byTime.computeIfAbsent(p.trainTime(), t -> new ArrayList<>()).add(p.nonlin()[layer]);
      }
    }
    return spread(byTime);
  }

  /** Mean, and one standard deviation to each side, of the values at each x. */
  static List<Series.Point> spread(SortedMap<Double, List<Double>> byX) {
    List<Series.Point> points = new ArrayList<>();
    byX.forEach(
        (x, values) -> {
          Estimate e = Estimate.of(values.stream().mapToDouble(Double::doubleValue).toArray());
          points.add(new Series.Point(x, e.mean(), e.mean() - e.sd(), e.mean() + e.sd()));
        });
    return points;
  }
}
