// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.report.RunRecord.ProbePoint;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.image.BufferedImage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** NonLin against train time, a panel per layer, a line per run, one legend for all. */
final class Figure {
  static final int WIDTH = 1500;
  static final int HEIGHT = 1000;

  private static final String[] TITLES = {
    "L0  stem convolution",
    "L1  group 1",
    "L2  group 2",
    "L3  group 3",
    "L4  pooled features",
    "L5  logits"
  };
  private static final int COLUMNS = 3;
  private static final int HEAD = 70;
  private static final int FOOT = 64;
  private static final int MARGIN = 12;
  private static final double DOT = 4;
  private static final String FAMILY = Font.SANS_SERIF;
  private static final Color INK = new Color(0x222222);
  private static final Color GRID = new Color(0xE3E3E3);

  private final List<RunRecord> runs;
  private final String title;

  Figure(List<RunRecord> runs, String title) {
    this.runs = runs;
    this.title = title;
  }

  BufferedImage paint() {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    try {
      smooth(g);
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, WIDTH, HEIGHT);
      head(g);
      for (int layer = 0; layer < TITLES.length; layer++) panel(g, layer);
      legend(g);
    } finally {
      g.dispose();
    }
    return image;
  }

  private static void smooth(Graphics2D g) {
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
  }

  private void head(Graphics2D g) {
    g.setColor(INK);
    g.setFont(new Font(FAMILY, Font.BOLD, 25));
    centred(g, "NonLin of each layer during training (lower is more linear)", 32);
    g.setFont(new Font(FAMILY, Font.PLAIN, 18));
    centred(g, title, 60);
  }

  private static void centred(Graphics2D g, String text, int baseline) {
    g.drawString(text, (WIDTH - g.getFontMetrics().stringWidth(text)) / 2, baseline);
  }

  private void panel(Graphics2D g, int layer) {
    int width = (WIDTH - 2 * MARGIN) / COLUMNS;
    int height = (HEIGHT - HEAD - FOOT) / 2;
    Graphics2D part = (Graphics2D) g.create();
    part.translate(MARGIN + layer % COLUMNS * width, HEAD + layer / COLUMNS * height);
    part.setClip(0, 0, width, height);
    XYChart chart = chart(layer, width, height);
    chart.paint(part, width, height);
    smooth(part);
    for (RunRecord run : runs) line(part, chart, run, layer);
    part.dispose();
  }

  private XYChart chart(int layer, int width, int height) {
    XYChart chart = new XYChart(width, height);
    chart.setTitle(TITLES[layer]);
    chart.setXAxisTitle(layer >= COLUMNS ? "train time (1000 = end)" : " ");
    chart.setYAxisTitle(layer % COLUMNS == 0 ? "NonLin" : " ");
    style(chart.getStyler());
    frame(chart);
    double top = 0;
    for (RunRecord run : runs) top = Math.max(top, top(run, layer));
    chart.getStyler().setYAxisMin(-0.01 * top);
    chart.getStyler().setYAxisMax(top > 0 ? top * 1.06 : 1.0);
    return chart;
  }

  /**
   * An invisible series: XChart puts round ticks only where the values of x are not equally spaced.
   */
  private static void frame(XYChart chart) {
    XYSeries frame = chart.addSeries("frame", new double[] {0, 1, 1000}, new double[3]);
    frame.setLineStyle(SeriesLines.NONE);
    frame.setMarker(SeriesMarkers.NONE);
  }

  private static void style(XYStyler styler) {
    styler.setLegendVisible(false);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setChartFontColor(INK);
    styler.setPlotBorderColor(new Color(0xB0B0B0));
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotGridLinesStroke(new BasicStroke(1f));
    styler.setPlotContentSize(1.0);
    styler.setPlotMargin(0);
    styler.setAxisTicksLineVisible(false);
    styler.setChartTitleFont(new Font(FAMILY, Font.BOLD, 19));
    styler.setAxisTitleFont(new Font(FAMILY, Font.PLAIN, 16));
    styler.setAxisTickLabelsFont(new Font(FAMILY, Font.PLAIN, 15));
    styler.setXAxisMin(-4.0);
    styler.setXAxisMax(1030.0);
    styler.setXAxisTickMarkSpacingHint(75);
    styler.setXAxisDecimalPattern("0");
    styler.setYAxisTickMarkSpacingHint(48);
    styler.setYAxisDecimalPattern("0.00");
    styler.setChartPadding(8);
    styler.setAntiAlias(true);
  }

  private static double top(RunRecord run, int layer) {
    return points(run, layer).mapToDouble(p -> p.nonlin()[layer]).max().orElse(0);
  }

  private static Stream<ProbePoint> points(RunRecord run, int layer) {
    return run.probes().stream()
        .filter(p -> layer < p.nonlin().length && Double.isFinite(p.nonlin()[layer]));
  }

  /**
   * The run's line, drawn as a whole: XChart draws a line point by point and begins its dashes anew
   * at each, so that many points make any line solid.
   */
  private static void line(Graphics2D g, XYChart chart, RunRecord run, int layer) {
    Path2D path = new Path2D.Double();
    points(run, layer)
        .forEach(
            p -> {
              double x = chart.getScreenXFromChart(p.trainTime());
              double y = chart.getScreenYFromChart(p.nonlin()[layer]);
              if (path.getCurrentPoint() == null) path.moveTo(x, y);
              path.lineTo(x, y);
            });
    if (path.getCurrentPoint() == null) return;
    g.setColor(Palette.colour(run.config().method()));
    g.setStroke(Palette.stroke(run.config().method()));
    g.draw(path);
    if (run.probes().size() == 1) g.fill(dot(path.getCurrentPoint()));
  }

  private static Ellipse2D dot(Point2D at) {
    return new Ellipse2D.Double(at.getX() - DOT, at.getY() - DOT, 2 * DOT, 2 * DOT);
  }

  private void legend(Graphics2D g) {
    g.setFont(new Font(FAMILY, Font.PLAIN, 19));
    int sample = 66;
    int gap = 44;
    Map<String, RunRecord> entries = new LinkedHashMap<>();
    runs.forEach(run -> entries.putIfAbsent(run.label(), run));
    int width = -gap;
    for (String label : entries.keySet()) {
      width += sample + 10 + g.getFontMetrics().stringWidth(label) + gap;
    }
    int x = (WIDTH - width) / 2;
    int y = HEIGHT - FOOT / 2;
    for (Map.Entry<String, RunRecord> entry : entries.entrySet()) {
      g.setColor(Palette.colour(entry.getValue().config().method()));
      g.setStroke(Palette.stroke(entry.getValue().config().method()));
      g.draw(new Line2D.Double(x, y, x + sample, y));
      g.setColor(INK);
      g.drawString(entry.getKey(), x + sample + 10, y + 7);
      x += sample + 10 + g.getFontMetrics().stringWidth(entry.getKey()) + gap;
    }
  }
}
