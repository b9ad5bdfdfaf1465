// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.plot;

import dev.secant.lab.plot.Canvas.Anchor;
import dev.secant.lab.plot.Canvas.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One pair of axes with lines in it.
 *
 * @param title above it
 * @param marks horizontal lines
 * @param unit behind values that a pointer is told, such as {@code " %"}
 */
public record Panel(
    String title, Axis x, Axis y, List<Series> series, List<Mark> marks, String unit) {
  static final int INK = 0x222222;
  private static final int FRAME = 0xA8A8A8;
  private static final Look GRID = Look.solid(0xE6E6E6, 1);
  private static final Look RIM = Look.solid(0xFFFFFF, 4);
  private static final Look MARK = new Look(0x777777, 1.4, List.of(2.0, 3.0));
  private static final double BAND = 0.17;
  private static final double DOT = 4;
  private static final double CAP = 4;
  private static final double DODGE = 9;
  private static final double COLUMN = 0.62;
  private static final int LEFT = 74;
  private static final int RIGHT = 22;
  private static final int TOP = 36;
  private static final int BOTTOM = 56;

  public Panel {
    series = List.copyOf(series);
    marks = List.copyOf(marks);
  }

  /** Draws it into a rectangle, axes, ticks and titles included. */
  void draw(Canvas canvas, double left, double top, double width, double height) {
    new Frame(canvas, left + LEFT, top + TOP, width - LEFT - RIGHT, height - TOP - BOTTOM).draw();
  }

  /** The inside of the axes on a canvas. */
  private final class Frame {
    private final Canvas canvas;
    private final double left;
    private final double top;
    private final double width;
    private final double height;

    Frame(Canvas canvas, double left, double top, double width, double height) {
      this.canvas = canvas;
      this.left = left;
      this.top = top;
      this.width = width;
      this.height = height;
    }

    void draw() {
      canvas.text(left, top - 13, title, new Type(19, true, INK), Anchor.START);
      ticks();
      for (Series s : series) if (s.style() == Series.Style.COLUMNS) columns(s);
      for (Series s : series) spread(s);
      for (Series s : series) if (s.style() != Series.Style.COLUMNS) line(s);
      for (Mark mark : marks) mark(mark);
      hovers();
    }

    private double px(double value) {
      return left + width * x.share(value);
    }

    /** Series with bars stand a little apart, or their bars would hide each other. */
    private double px(Series s, double value) {
      if (s.style() != Series.Style.BARS) return px(value);
      return px(value) + DODGE * (series.indexOf(s) - (series.size() - 1) / 2.0);
    }

    private double py(double value) {
      return top + height * (1 - y.share(value));
    }

    private void ticks() {
      Type type = new Type(15, false, INK);
      for (Axis.Tick tick : y.ticks()) {
        double at = py(tick.at());
        canvas.line(left, at, left + width, at, GRID);
        canvas.text(left - 8, at + 5, tick.label(), type, Anchor.END);
      }
      for (Axis.Tick tick : x.ticks()) {
        double at = px(tick.at());
        canvas.line(at, top, at, top + height, GRID);
        canvas.text(at, top + height + 21, tick.label(), type, Anchor.MIDDLE);
      }
      Look frame = Look.solid(FRAME, 1);
      canvas.line(left, top, left, top + height, frame);
      canvas.line(left, top + height, left + width, top + height, frame);
      Type named = new Type(16, false, INK);
      canvas.text(left + width / 2, top + height + 44, x.title(), named, Anchor.MIDDLE);
      canvas.upwards(left - 58, top + height / 2, y.title(), named);
    }

    private void spread(Series s) {
      List<Series.Point> points = s.points().stream().filter(this::drawn).toList();
      if (s.style() != Series.Style.BAND) {
        boolean columns = s.style() == Series.Style.COLUMNS;
        Look look = Look.solid(columns ? INK : s.look().rgb(), 1.6);
        for (Series.Point p : points) {
          if (!p.spread()) continue;
          // A column may be as dark as its bar.
          if (columns) bar(px(s, p.x()), p, RIM);
          bar(px(s, p.x()), p, look);
        }
        return;
      }
      List<Series.Point> with = points.stream().filter(Series.Point::spread).toList();
      if (with.size() < 2) return;
      int n = with.size();
      double[] xs = new double[2 * n];
      double[] ys = new double[2 * n];
      for (int i = 0; i < n; i++) {
        xs[i] = px(with.get(i).x());
        ys[i] = py(within(with.get(i).high()));
        xs[2 * n - 1 - i] = xs[i];
        ys[2 * n - 1 - i] = py(within(with.get(i).low()));
      }
      canvas.area(xs, ys, s.look().rgb(), BAND);
    }

    /** A spread may reach below the axis; it is drawn to its end there. */
    private double within(double value) {
      return Math.min(Math.max(value, y.low()), y.high());
    }

    private void columns(Series s) {
      for (Series.Point p : s.points()) {
        if (!drawn(p)) continue;
        double from = px(p.x() - COLUMN / 2);
        double high = py(p.y());
        canvas.fill(from, high, px(p.x() + COLUMN / 2) - from, py(y.low()) - high, s.look().rgb());
      }
    }

    private void bar(double at, Series.Point p, Look look) {
      double high = py(within(p.high()));
      double low = py(within(p.low()));
      canvas.line(at, low, at, high, look);
      canvas.line(at - CAP, high, at + CAP, high, look);
      canvas.line(at - CAP, low, at + CAP, low, look);
    }

    private boolean drawn(Series.Point p) {
      return Double.isFinite(p.y());
    }

    private void line(Series s) {
      List<Series.Point> points = s.points().stream().filter(this::drawn).toList();
      if (points.isEmpty()) return;
      double[] xs = points.stream().mapToDouble(p -> px(s, p.x())).toArray();
      double[] ys = points.stream().mapToDouble(p -> py(p.y())).toArray();
      if (xs.length > 1) canvas.path(xs, ys, s.look());
      if (xs.length > 1 && s.style() == Series.Style.BAND) return;
      for (int i = 0; i < xs.length; i++) canvas.dot(xs[i], ys[i], DOT, s.look().rgb());
    }

    private void mark(Mark mark) {
      double at = py(mark.y());
      canvas.line(left, at, left + width, at, MARK);
      canvas.text(
          left + width - 4, at - 5, mark.label(), new Type(13, false, 0x666666), Anchor.END);
    }

    /** A strip around every x tells the values of all lines there. */
    private void hovers() {
      SortedSet<Double> all = new TreeSet<>();
      series.forEach(s -> s.points().stream().filter(this::drawn).forEach(p -> all.add(p.x())));
      List<Double> at = new ArrayList<>(all);
      for (int i = 0; i < at.size(); i++) {
        double from = i == 0 ? left : (px(at.get(i - 1)) + px(at.get(i))) / 2;
        double to = i + 1 == at.size() ? left + width : (px(at.get(i)) + px(at.get(i + 1))) / 2;
        canvas.hover(from, top, to - from, height, values(at.get(i)));
      }
    }

    private String values(double at) {
      StringBuilder text = new StringBuilder(x.title() + " " + round(at));
      for (Series s : series) {
        for (Series.Point p : s.points()) {
          if (p.x() != at || !drawn(p)) continue;
          text.append('\n').append(s.label()).append(": ").append(round(p.y())).append(unit);
          if (p.spread())
            text.append(" (")
                .append(round(p.low()))
                .append(" to ")
                .append(round(p.high()))
                .append(')');
        }
      }
      return text.toString();
    }
  }

  private static String round(double value) {
    String text = String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.4f" : "%.2f", value);
    return text.replaceAll("\\.?0+$", "");
  }
}
