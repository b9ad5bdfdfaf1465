// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Conv2d;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;

/**
 * Device addresses of a convolution's tensors; 0 stands for a tensor that is not there. Shapes as
 * in {@link Conv2d.Tensors}; element types as the {@link Precision} says, biases and their
 * gradients always fp32.
 */
public record ConvOperands(
    long x, long w, long b, long y, long dL_dy, long dL_dx, long dL_dw, long dL_db) {

  /**
   * The addresses of fp32 tensors, for the precisions that compute on fp32.
   *
   * @throws IllegalArgumentException when a tensor is not fp32
   */
  public static ConvOperands of(Conv2d.Tensors t) {
    return new ConvOperands(
        address("x", t.x()),
        address("w", t.w()),
        address("b", t.b()),
        address("y", t.y()),
        address("dL_dy", t.dL_dy()),
        address("dL_dx", t.dL_dx()),
        address("dL_dw", t.dL_dw()),
        address("dL_db", t.dL_db()));
  }

  private static long address(String name, Tensor tensor) {
    if (tensor == null) return 0;
    if (tensor.dtype() == DType.F32) return tensor.address();
    throw new IllegalArgumentException("conv2d: " + name + " must be F32, got " + tensor.dtype());
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
    throw new IllegalArgumentException(
        key.text()
            + ": "
            + operand.text()
            + " must lie at a multiple of "
            + ConvGraph.ALIGNMENT
            + " bytes, got "
            + (address == 0 ? "null" : "0x" + Long.toHexString(address)));
  }
}
