// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.util.Arrays;

/**
 * Extents of a dense row-major tensor; every extent is at least 1 and their product fits a {@code
 * long}.
 */
public final class Shape {
  /** Java machines keep some words for themselves. */
  static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final long[] dims;
  private final long count;

  private Shape(long[] dims) {
    long product = 1;
    for (long d : dims) {
      if (d < 1)
        throw new InvalidArgumentException(
            "every extent of dims must be >= 1, got " + Arrays.toString(dims));
      if (product > Long.MAX_VALUE / d)
        throw new InvalidArgumentException(
            "the extents of dims must have a product below 2^63, got " + Arrays.toString(dims));
      product *= d;
    }
    this.dims = dims;
    this.count = product;
  }

  public static Shape of(long... dims) {
    if (dims == null) throw new InvalidArgumentException("dims is null");
    return new Shape(dims.clone());
  }

  public int rank() {
    return dims.length;
  }

  public long dim(int axis) {
    if (axis < 0 || axis >= dims.length)
      throw new InvalidArgumentException(
          "axis must be in 0.." + (dims.length - 1) + " for shape " + this + ", got " + axis);
    return dims[axis];
  }

  public long[] dims() {
    return dims.clone();
  }

  /** Number of elements. */
  public long count() {
    return count;
  }

  /**
   * Number of elements, where all are to be in one Java array.
   *
   * @throws InvalidArgumentException if no Java array is so long
   */
  public int arrayLength() {
    if (count > LONGEST_ARRAY)
      throw new InvalidArgumentException(
          "elements of shape " + this + " must be at most " + LONGEST_ARRAY + ", got " + count);
    return (int) count;
  }

  /** Bytes of that many elements; below 2^63 too. */
  long bytes(DType dtype) {
    if (count > Long.MAX_VALUE / dtype.bytes())
      throw new InvalidArgumentException(
          "dims of " + dtype + " must take less than 2^63 bytes, got " + Arrays.toString(dims));
    return count * dtype.bytes();
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
