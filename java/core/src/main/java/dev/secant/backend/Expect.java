// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.DType;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.Shape;
import dev.secant.tensor.Tensor;

/**
 * The conditions of planning one op, each an {@link IllegalArgumentException} with what, expected
 * and found:
 *
 * <pre>conv2d: dL_dw must be F32 (16, 3, 3, 3), got F64 (16, 3, 3, 3)</pre>
 *
 * @param op name at the start of every message
 * @param types of the backend
 */
record Expect(String op, RealTypes types) {

  /** A real tensor of exactly these extents. */
  void real(String name, Tensor tensor, long... dims) {
    tensor(name, tensor, types.real(), dims);
  }

  /** An activation of exactly these extents. */
  void activation(String name, Tensor tensor, long... dims) {
    tensor(name, tensor, types.activation(), dims);
  }

  /** Like {@link #activation}, or null. */
  void activationOrNull(String name, Tensor tensor, long... dims) {
    if (tensor != null) activation(name, tensor, dims);
  }

  /** An activation of exactly this shape. */
  void activationLike(String name, Tensor tensor, Tensor like) {
    activation(name, tensor, like.shape().dims());
  }

  void activationLikeOrNull(String name, Tensor tensor, Tensor like) {
    if (tensor != null) activationLike(name, tensor, like);
  }

  /** Like {@link #real}, or null. */
  void realOrNull(String name, Tensor tensor, long... dims) {
    if (tensor != null) real(name, tensor, dims);
  }

  /** A real tensor of exactly this shape. */
  void realLike(String name, Tensor tensor, Tensor like) {
    real(name, tensor, like.shape().dims());
  }

  void realLikeOrNull(String name, Tensor tensor, Tensor like) {
    if (tensor != null) realLike(name, tensor, like);
  }

  void tensor(String name, Tensor tensor, DType dtype, long... dims) {
    Shape shape = Shape.of(dims);
    present(name, tensor);
    if (tensor.dtype() == dtype && tensor.shape().equals(shape)) return;
    throw fail(
        name
            + " must be "
            + dtype
            + " "
            + shape
            + ", got "
            + tensor.dtype()
            + " "
            + tensor.shape());
  }

  /** Any extents, but this type and number of axes. */
  void rank(String name, Tensor tensor, DType dtype, int rank) {
    present(name, tensor);
    if (tensor.dtype() == dtype && tensor.shape().rank() == rank) return;
    String found = tensor.dtype() + " " + tensor.shape();
    throw fail(name + " must be " + dtype + " with " + rank + " axes, got " + found);
  }

  void present(String name, Object value) {
    if (value == null) throw fail(name + " must be given, got null");
  }

  void absent(String name, Object value, String why) {
    if (value != null) throw fail(name + " must be null " + why);
  }

  /** Both given or both null. */
  void together(String name, Object value, String otherName, Object other) {
    if ((value == null) == (other == null)) return;
    String missing = value == null ? name : otherName;
    String given = value == null ? otherName : name;
    throw fail(missing + " must be given together with " + given + ", got null");
  }

  void range(String name, long value, long lowest, long highest) {
    if (value >= lowest && value <= highest) return;
    throw fail(name + " must be in " + lowest + ".." + highest + ", got " + value);
  }

  void atLeast(String name, long value, long lowest) {
    if (value < lowest) throw fail(name + " must be >= " + lowest + ", got " + value);
  }

  /** A finite number in a closed range. */
  void range(String name, double value, double lowest, double highest) {
    if (value >= lowest && value <= highest) return;
    throw fail(name + " must be in [" + lowest + ", " + highest + "], got " + value);
  }

  void that(boolean condition, String message) {
    if (!condition) throw fail(message);
  }

  private IllegalArgumentException fail(String message) {
    return new InvalidArgumentException(op + ": " + message);
  }
}
