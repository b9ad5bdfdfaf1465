// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import java.util.List;
import java.util.Locale;

/** What a graph computes, with the tensors it reads and the one it writes, last. */
enum ConvOp {
  /** y = conv(x, w) */
  FORWARD(Operand.X, Operand.W, Operand.Y),
  /** dL_dx from dL_dy and w */
  BACKWARD_DATA(Operand.DL_DY, Operand.W, Operand.DL_DX),
  /** dL_dw from x and dL_dy */
  BACKWARD_WEIGHTS(Operand.X, Operand.DL_DY, Operand.DL_DW),
  /** y += b, in place */
  BIAS(Operand.B, Operand.Y),
  /** dL_db = sum of dL_dy over rows and pixels */
  BIAS_GRADIENT(Operand.DL_DY, Operand.DL_DB);

  private final List<Operand> operands;

  ConvOp(Operand... operands) {
    this.operands = List.of(operands);
  }

  List<Operand> operands() {
    return operands;
  }

  /** Whether it multiplies; the others only add. */
  boolean isConvolution() {
    return this != BIAS && this != BIAS_GRADIENT;
  }

  /** How plan files write it. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
