// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.config.RunConfig.Kind;
import dev.secant.lab.plot.Look;
import java.util.List;

/**
 * One colour and one pattern of dashes per method, the same in every figure. Two methods differ in
 * both or, for ICT with far apart K, in one of them, so that lines are told apart in grey and by
 * colour-blind readers too.
 */
final class Palette {
  private static final double LINE = 2.6;
  private static final int ERM = 0x222222;
  private static final int MIXUP = 0xD55E00;
  private static final int[] ICT = {0x56B4E9, 0x009E73, 0x0B3D91, 0xCC79A7, 0x8C6D1F};
  private static final List<Double> DOTS = List.of(2.5, 4.5);
  private static final List<Double> DASHES = List.of(9.0, 5.0);

  /** Their number shares no factor with that of the colours: all K from 2 to 16 are different. */
  private static final List<List<Double>> ICT_PATTERNS =
      List.of(
          List.of(), // solid
          List.of(20.0, 5.0), // long dashes
          List.of(14.0, 4.0, 3.0, 4.0), // dash, dot
          List.of(14.0, 4.0, 3.0, 4.0, 3.0, 4.0)); // dash, dot, dot

  private Palette() {}

  static Look look(Kind kind, int k) {
    return switch (kind) {
      case ERM -> new Look(ERM, LINE, DOTS);
      case MIXUP -> new Look(MIXUP, LINE, DASHES);
      case ICT ->
          new Look(
              ICT[Math.floorMod(k - 2, ICT.length)],
              LINE,
              ICT_PATTERNS.get(Math.floorMod(k - 2, ICT_PATTERNS.size())));
    };
  }
}
