// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.InvalidArgumentException;

/**
 * Device addresses of a dense layer's row-major tensors. Element types: x, w, dL_dlogits and dL_dx
 * as the {@link Precision} says, all others fp32. The gradients are 0 together: forward only.
 *
 * @param x (B, D)
 * @param w (C, D)
 * @param bias (C)
 * @param logits (B, C)
 * @param dL_dlogits (B, C)
 * @param dL_dx (B, D)
 * @param dL_dw (C, D)
 * @param dL_dbias (C)
 */
public record DenseOperands(
    long x,
    long w,
    long bias,
    long logits,
    long dL_dlogits,
    long dL_dx,
    long dL_dw,
    long dL_dbias) {

  boolean hasGradients() {
    return dL_dlogits != 0;
  }

  /**
   * @throws IllegalArgumentException when an address is null or no multiple of its element's size
   */
  void require(int elementBytes) {
    require("x", x, elementBytes);
    require("w", w, elementBytes);
    require("bias", bias, Float.BYTES);
    require("logits", logits, Float.BYTES);
    if (!hasGradients()) {
      absent("dL_dx", dL_dx);
      absent("dL_dw", dL_dw);
      absent("dL_dbias", dL_dbias);
      return;
    }
    require("dL_dlogits", dL_dlogits, elementBytes);
    require("dL_dx", dL_dx, elementBytes);
    require("dL_dw", dL_dw, Float.BYTES);
    require("dL_dbias", dL_dbias, Float.BYTES);
  }

  private static void require(String name, long address, int alignment) {
    if (address != 0 && address % alignment == 0) return;
    String found = address == 0 ? "null" : "0x" + Long.toHexString(address);
    throw new InvalidArgumentException(
        "dense: " + name + " must lie at a multiple of " + alignment + " bytes, got " + found);
  }

  private static void absent(String name, long address) {
    if (address != 0)
      throw new InvalidArgumentException("dense: " + name + " must be null without dL_dlogits");
  }
}
