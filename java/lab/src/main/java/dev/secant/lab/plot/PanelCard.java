// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.plot;

/**
 * One panel by itself, for pages that place panels as their width allows.
 *
 * @param width in pixels
 */
public record PanelCard(Panel panel, double width) implements Drawable {
  @Override
  public double height() {
    return PanelFigure.CELL_HEIGHT;
  }

  @Override
  public String title() {
    return panel.title();
  }

  @Override
  public void draw(Canvas canvas) {
    panel.draw(canvas, 0, 0, width, height());
  }
}
