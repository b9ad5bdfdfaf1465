// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.plot.Drawable;
import dev.secant.lab.plot.PanelCard;
import dev.secant.lab.plot.PanelFigure;
import java.util.List;

/**
 * A figure of a report.
 *
 * @param file its name without ending
 * @param caption what is in it and what is missing
 * @param further a figure that the paper does not have, of a data set of which it has others
 */
record NamedFigure(String file, String caption, PanelFigure figure, boolean further) {
  private static final double WIDEST = 640;

  /** Its panels one by one, for pages. */
  List<? extends Drawable> cards() {
    double width = Math.min(WIDEST, figure.cellWidth());
    return figure.panels().stream().map(p -> new PanelCard(p, width)).toList();
  }
}
