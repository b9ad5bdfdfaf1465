// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bytedeco.cuda.global.cudnn;

/**
 * Element types of a convolution's tensors and the arithmetic its engines may use. In every
 * precision sums are in fp32 and a convolution is a sum of products: no Winograd, no Fourier
 * transform.
 */
public enum Precision {
  /**
   * Tensors in bfloat16, the kernel's gradient included, products summed in fp32. (With dL_dw in
   * fp32 cuDNN 9.24 has no compiled engine, only one that it compiles itself and not for 3 input
   * channels.)
   */
  BF16(cudnn.CUDNN_DATA_BFLOAT16, 2, refusing()),

  /** Tensors in fp32, inputs of a product rounded to TF32 (10 bits), summed in fp32. */
  TF32(cudnn.CUDNN_DATA_FLOAT, 4, refusing()),

  /** Tensors in fp32, every product and sum in fp32. */
  FP32(
      cudnn.CUDNN_DATA_FLOAT,
      4,
      refusing(
          NumericalNote.TENSOR_CORE, NumericalNote.DOWN_CONVERT_INPUTS, NumericalNote.UNKNOWN));

  private final int dataType;
  private final int bytes;
  private final Set<NumericalNote> refused;

  Precision(int dataType, int bytes, Set<NumericalNote> refused) {
    this.dataType = dataType;
    this.bytes = bytes;
    this.refused = refused;
  }

  /** What no precision admits, and more. */
  private static Set<NumericalNote> refusing(NumericalNote... more) {
    Set<NumericalNote> all =
        EnumSet.of(
            NumericalNote.REDUCED_PRECISION_REDUCTION,
            NumericalNote.FFT,
            NumericalNote.WINOGRAD,
            NumericalNote.WINOGRAD_TILE_4X4,
            NumericalNote.WINOGRAD_TILE_6X6,
            NumericalNote.WINOGRAD_TILE_13X13);
    all.addAll(List.of(more));
    return all;
  }

  /** cuDNN's number of an operand's element type: biases and their gradients are fp32. */
  int dataType(Operand operand) {
    return switch (operand) {
      case X, W, Y, DL_DY, DL_DX, DL_DW -> dataType;
      case B, DL_DB -> cudnn.CUDNN_DATA_FLOAT;
    };
  }

  /** Bytes of one element of activations and kernels. */
  public int bytes() {
    return bytes;
  }

  /** Notes that an engine must not carry. */
  Set<NumericalNote> refused() {
    return refused;
  }

  /** How plan files and options write it: {@code bf16}, {@code tf32}, {@code fp32}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
