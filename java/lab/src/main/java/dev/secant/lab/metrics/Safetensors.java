// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import dev.secant.tensor.DType;
import java.util.Map;

/**
 * The safetensors format: 8 bytes N (little-endian), N bytes of JSON header, then the tensors one
 * after the other.
 *
 * <pre>
 * {"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
 * </pre>
 */
final class Safetensors {
  static final String METADATA = "__metadata__";

  /**
   * The format allows 100 MB, of which a parser makes a gigabyte; these suffice for MAX_TENSORS.
   */
  static final long MAX_HEADER = 8 << 20;

  static final int MAX_TENSORS = 10_000;
  static final int PREFIX = 8;

  /** Types by their names in the file. */
  static final Map<String, DType> TYPES =
      Map.of(
          "U8",
          DType.U8,
          "BF16",
          DType.BF16,
          "I32",
          DType.I32,
          "I64",
          DType.I64,
          "F32",
          DType.F32,
          "F64",
          DType.F64);

  private Safetensors() {}

  /** Number of elements; a tensor without extents holds one, an extent of 0 makes it empty. */
  static long count(long[] shape) {
    long product = 1;
    for (long extent : shape) {
      if (extent < 0) throw new ArithmeticException("negative extent");
      product = Math.multiplyExact(product, extent);
    }
    return product;
  }
}
