// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Conv2d;
import dev.secant.tensor.InvalidArgumentException;

/** What is refused before cuDNN is asked. */
final class ShapeLimits {
  /** Elements of one tensor; cuDNN's engines index with 32 bits. */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

  /** First compute capability with bfloat16 and TF32. */
  static final int TENSOR_CORES_FROM = 8;

  private ShapeLimits() {}

  /**
   * @throws IllegalArgumentException for a shape out of range
   * @throws UnsupportedPrecisionException when the device lacks the precision
   */
  static void check(OpKey key, DeviceProperties device) {
    shape(key);
    if (key.precision() != Precision.FP32 && device.major() < TENSOR_CORES_FROM) {
      throw new UnsupportedPrecisionException(
          key.text()
              + ": precision "
              + key.precision().text()
              + " needs compute capability 8.0 or later, "
              + device.name()
              + " has "
              + device.capability());
    }
  }

  private static void shape(OpKey key) {
    Conv2d.Spec s = key.spec();
    positive(key, "batch", s.batch());
    positive(key, "height", s.height());
    positive(key, "width", s.width());
    positive(key, "in", s.in());
    positive(key, "out", s.out());
    that(key, s.kernel() == 1 || s.kernel() == 3, "kernel must be 1 or 3, got " + s.kernel());
    that(key, s.stride() == 1 || s.stride() == 2, "stride must be 1 or 2, got " + s.stride());
    that(
        key,
        s.height() % s.stride() == 0 && s.width() % s.stride() == 0,
        "height and width must be multiples of the stride");
    for (Operand o : key.op().operands()) elements(key, o);
  }

  private static void elements(OpKey key, Operand operand) {
    long product = 1;
    for (long d : ConvGraph.dims(key.spec(), operand)) {
      product *= d;
      that(
          key,
          product <= MOST_ELEMENTS,
          operand.text() + " must have at most " + MOST_ELEMENTS + " elements");
    }
  }

  private static void positive(OpKey key, String name, int value) {
    that(key, value >= 1, name + " must be >= 1, got " + value);
  }

  private static void that(OpKey key, boolean holds, String message) {
    if (!holds) throw new InvalidArgumentException(key.text() + ": " + message);
  }
}
