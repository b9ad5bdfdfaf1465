// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.util.Arrays;

/**
 * Extents of a dense row-major tensor; every extent is at least 1 and their product fits a {@code
 * long}.
 */
public final class Shape {
  private final long[] dims;
  private final long count;

  private Shape(long[] dims) {
    long product = 1;
    for (long d : dims) {
      if (d < 1)
        throw new IllegalArgumentException(
            "every extent must be >= 1, got " + Arrays.toString(dims));
      product = Math.multiplyExact(product, d);
    }
    this.dims = dims;
    this.count = product;
  }

  public static Shape of(long... dims) {
    return new Shape(dims.clone());
  }

  public int rank() {
    return dims.length;
  }

  public long dim(int axis) {
    return dims[axis];
  }

  public long[] dims() {
    return dims.clone();
  }

  /** Number of elements. */
  public long count() {
    return count;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.toString(dims).replace('[', '(').replace(']', ')');
  }
}
