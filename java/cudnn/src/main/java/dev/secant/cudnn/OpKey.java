// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Conv2d;

/**
 * Identity of a planned graph: what it computes, in which precision, on which shape. A bias knows
 * only the output: convolutions with equal outputs share its key.
 */
record OpKey(ConvOp op, Precision precision, Conv2d.Spec spec) {
  OpKey {
    if (!op.isConvolution() && spec.stride() > 0) spec = ofOutput(spec);
  }

  private static Conv2d.Spec ofOutput(Conv2d.Spec s) {
    return new Conv2d.Spec(s.batch(), s.outHeight(), s.outWidth(), s.out(), s.out(), 1, 1);
  }

  /** One line, unique, stable: {@code forward bf16 n128 h32 w32 i16 o32 k3 s1}. */
  String text() {
    return "%s %s n%d h%d w%d i%d o%d k%d s%d"
        .formatted(
            op.text(),
            precision.text(),
            spec.batch(),
            spec.height(),
            spec.width(),
            spec.in(),
            spec.out(),
            spec.kernel(),
            spec.stride());
  }

  @Override
  public String toString() {
    return text();
  }
}
