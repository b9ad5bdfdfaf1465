// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

/** The tensors of a convolution and its gradients; each has one identifier in every graph. */
enum Operand {
  /** (B, H, W, I) */
  X,
  /** (O, k, k, I) */
  W,
  /** (O) */
  B,
  /** (B, H/s, W/s, O) */
  Y,
  /** as Y */
  DL_DY,
  /** as X */
  DL_DX,
  /** as W */
  DL_DW,
  /** as B */
  DL_DB;

  long id() {
    return ordinal() + 1L;
  }

  /** As messages write it: {@code dL_dw}. */
  String text() {
    return ordinal() < DL_DY.ordinal()
        ? name().toLowerCase(java.util.Locale.ROOT)
        : "dL_d" + name().substring(4).toLowerCase(java.util.Locale.ROOT);
  }
}
