// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.plot;

import java.util.List;

/**
 * How a line is drawn.
 *
 * @param rgb 0xRRGGBB
 * @param width in pixels
 * @param dashes lengths of dashes and gaps in turn, in pixels; empty for a solid line
 */
public record Look(int rgb, double width, List<Double> dashes) {
  public Look {
    dashes = List.copyOf(dashes);
  }

  static Look solid(int rgb, double width) {
    return new Look(rgb, width, List.of());
  }
}
