// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Conv2d;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.Tensor;

/**
 * Device addresses of a convolution's tensors; 0 stands for a tensor that is not there. Shapes as
 * in {@link Conv2d.Tensors}; element types as the {@link Precision} says, biases and their
 * gradients always fp32.
 */
public record ConvOperands(
    long x, long w, long b, long y, long dL_dy, long dL_dx, long dL_dw, long dL_db) {

  /** The addresses of a convolution's tensors as they are. */
  public static ConvOperands of(Conv2d.Tensors t) {
    return withKernelGradient(t, address(t.dL_dw()));
  }

  /**
   * Likewise, but for the kernel's gradient.
   *
   * @param dL_dw where cuDNN writes it, in the precision's own type
   */
  public static ConvOperands withKernelGradient(Conv2d.Tensors t, long dL_dw) {
    return new ConvOperands(
        address(t.x()),
        address(t.w()),
        address(t.b()),
        address(t.y()),
        address(t.dL_dy()),
        address(t.dL_dx()),
        dL_dw,
        address(t.dL_db()));
  }

  private static long address(Tensor tensor) {
    return tensor == null ? 0 : tensor.address();
  }

  long address(Operand operand) {
    return switch (operand) {
      case X -> x;
      case W -> w;
      case B -> b;
      case Y -> y;
      case DL_DY -> dL_dy;
      case DL_DX -> dL_dx;
      case DL_DW -> dL_dw;
      case DL_DB -> dL_db;
    };
  }

  /**
   * An operand's address for a graph.
   *
   * @throws IllegalArgumentException when it is null or misaligned
   */
  long required(OpKey key, Operand operand) {
    long address = address(operand);
    if (address != 0 && address % ConvGraph.ALIGNMENT == 0) return address;
    throw new InvalidArgumentException(
        key.text()
            + ": "
            + operand.text()
            + " must lie at a multiple of "
            + ConvGraph.ALIGNMENT
            + " bytes, got "
            + (address == 0 ? "null" : "0x" + Long.toHexString(address)));
  }
}
