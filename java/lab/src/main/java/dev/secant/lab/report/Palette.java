// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.config.RunConfig.Method;
import java.awt.BasicStroke;
import java.awt.Color;

/**
 * One colour and stroke per method, the same in every figure; told apart by colour-blind readers
 * too.
 */
final class Palette {
  private static final Color ERM = new Color(0x222222);
  private static final Color MIXUP = new Color(0xD55E00);
  private static final Color[] ICT = {
    new Color(0x56B4E9),
    new Color(0x009E73),
    new Color(0x0072B2),
    new Color(0xCC79A7),
    new Color(0x8C6D1F)
  };
  private static final float[] DASH = {9f, 5f};
  private static final float[] DOT = {2.5f, 4.5f};

  private Palette() {}

  static Color colour(Method method) {
    return switch (method.kind()) {
      case ERM -> ERM;
      case MIXUP -> MIXUP;
      case ICT -> ICT[Math.floorMod(method.k() - 2, ICT.length)];
    };
  }

  static BasicStroke stroke(Method method) {
    float[] pattern =
        switch (method.kind()) {
          case ERM -> DOT;
          case MIXUP -> DASH;
          case ICT -> null;
        };
    return new BasicStroke(2.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, pattern, 0f);
  }
}
