// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.plot;

import dev.secant.lab.plot.Canvas.Anchor;
import dev.secant.lab.plot.Canvas.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Panels in rows of equal width under one title, with one legend.
 *
 * @param title first line
 * @param subtitle second line
 * @param columns panels in a row
 * @param cellWidth of a panel, in pixels
 */
public record PanelFigure(
    String title, String subtitle, List<Panel> panels, int columns, int cellWidth)
    implements Drawable {
  static final int CELL_HEIGHT = 433;
  private static final int HEAD = 78;
  private static final int FOOT = 56;
  private static final int MARGIN = 12;
  private static final int SAMPLE = 62;
  private static final int GAP = 34;

  public PanelFigure {
    panels = List.copyOf(panels);
  }

  @Override
  public double width() {
    return 2.0 * MARGIN + columns * cellWidth;
  }

  @Override
  public double height() {
    return HEAD + rows() * CELL_HEIGHT + FOOT;
  }

  private int rows() {
    return (panels.size() + columns - 1) / columns;
  }

  @Override
  public void draw(Canvas canvas) {
    canvas.fill(0, 0, width(), height(), 0xFFFFFF);
    canvas.text(width() / 2, 34, title, new Type(25, true, Panel.INK), Anchor.MIDDLE);
    canvas.text(width() / 2, 62, subtitle, new Type(17, false, Panel.INK), Anchor.MIDDLE);
    for (int i = 0; i < panels.size(); i++) {
      double left = MARGIN + i % columns * cellWidth;
      double top = HEAD + i / columns * (double) CELL_HEIGHT;
      panels.get(i).draw(canvas, left, top, cellWidth, CELL_HEIGHT);
    }
    legend(canvas, legend());
  }

  /** Every label once, in the order of the lines. */
  public Map<String, Look> legend() {
    Map<String, Look> entries = new LinkedHashMap<>();
    for (Panel panel : panels) {
      for (Series s : panel.series()) entries.putIfAbsent(s.label(), s.look());
    }
    return entries;
  }

  private void legend(Canvas canvas, Map<String, Look> entries) {
    double width = -GAP;
    for (String label : entries.keySet()) width += room(label);
    double x = (width() - width) / 2;
    double y = height() - FOOT / 2.0;
    for (Map.Entry<String, Look> entry : entries.entrySet()) {
      canvas.line(x, y, x + SAMPLE, y, entry.getValue());
      canvas.text(
          x + SAMPLE + 10, y + 6, entry.getKey(), new Type(18, false, Panel.INK), Anchor.START);
      x += room(entry.getKey());
    }
  }

  /** Width of an entry; a letter of this type is about 11 pixels wide. */
  private static double room(String label) {
    return SAMPLE + 10 + 11 * label.length() + GAP;
  }
}
