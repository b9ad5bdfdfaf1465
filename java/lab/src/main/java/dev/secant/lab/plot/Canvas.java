// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.plot;

/**
 * What a figure is drawn on: the same strokes become pixels or SVG. Coordinates are pixels from the
 * top left; no size of a text is asked for, so that a figure needs no fonts to be laid out.
 */
interface Canvas {
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  /**
   * @param size in pixels
   */
  record Type(int size, boolean bold, int rgb) {}

  void fill(double x, double y, double width, double height, int rgb);

  void line(double x1, double y1, double x2, double y2, Look look);

  void path(double[] x, double[] y, Look look);

  /** A filled outline. */
  void area(double[] x, double[] y, int rgb, double opacity);

  void dot(double x, double y, double radius, int rgb);

  /**
   * @param y of the baseline
   */
  void text(double x, double y, String text, Type type, Anchor anchor);

  /** A text that reads upwards, centred at a point of its baseline. */
  void upwards(double x, double y, String text, Type type);

  /** What a rectangle says to a pointer that rests on it; nothing on paper. */
  void hover(double x, double y, double width, double height, String text);
}
