// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.plot;

/** Something of a fixed size that can be drawn. */
public interface Drawable {
  /** In pixels. */
  double width();

  double height();

  /** What it shows, for those who cannot see it. */
  String title();

  void draw(Canvas canvas);
}
