// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.config.RunConfig.Method;
import java.awt.BasicStroke;
import java.awt.Color;

/**
 * One colour and one pattern of dashes per method, the same in every figure. Two methods differ in
 * both or, for ICT with far apart K, in one of them, so that lines are told apart in grey and by
 * colour-blind readers too.
 */
final class Palette {
  static final float LINE = 2.6f;

  private static final Color ERM = new Color(0x222222);
  private static final Color MIXUP = new Color(0xD55E00);
  private static final Color[] ICT = {
    new Color(0x56B4E9),
    new Color(0x009E73),
    new Color(0x0B3D91),
    new Color(0xCC79A7),
    new Color(0x8C6D1F)
  };
  private static final float[] DOTS = {2.5f, 4.5f};
  private static final float[] DASHES = {9f, 5f};
  private static final float[] SOLID = {};
  private static final float[] LONG_DASHES = {20f, 5f};
  private static final float[] DASH_DOTS = {14f, 4f, 3f, 4f};
  private static final float[] DASH_DOT_DOTS = {14f, 4f, 3f, 4f, 3f, 4f};

  /** Their number shares no factor with that of the colours: all K from 2 to 16 are different. */
  private static final float[][] ICT_PATTERNS = {SOLID, LONG_DASHES, DASH_DOTS, DASH_DOT_DOTS};

  private Palette() {}

  static Color colour(Method method) {
    return switch (method.kind()) {
      case ERM -> ERM;
      case MIXUP -> MIXUP;
      case ICT -> ICT[Math.floorMod(method.k() - 2, ICT.length)];
    };
  }

  /** Lengths of dashes and gaps in turn, in pixels; empty for a solid line. */
  static float[] pattern(Method method) {
    return switch (method.kind()) {
      case ERM -> DOTS;
      case MIXUP -> DASHES;
      case ICT -> ICT_PATTERNS[Math.floorMod(method.k() - 2, ICT_PATTERNS.length)];
    };
  }

  static BasicStroke stroke(Method method) {
    float[] pattern = pattern(method);
    return new BasicStroke(
        LINE,
        BasicStroke.CAP_BUTT,
        BasicStroke.JOIN_ROUND,
        10f,
        pattern.length == 0 ? null : pattern,
        0f);
  }
}
