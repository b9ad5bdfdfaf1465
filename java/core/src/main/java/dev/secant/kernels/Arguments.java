// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.DType;
import dev.secant.tensor.InvalidArgumentException;

/**
 * Checks of the facades: arrays of the type and with exactly the elements their shape says, outputs
 * that may be written and share no memory with anything else.
 */
final class Arguments {
  private Arguments() {}

  static <T> T given(String name, T value) {
    if (value == null) throw new InvalidArgumentException(name + " is null");
    return value;
  }

  /** A context that was not closed. */
  static KernelContext open(KernelContext context) {
    given("context", context).handle();
    return context;
  }

  /** The context of a facade that takes memory of the host. */
  static KernelContext onHost(String facade, KernelContext context) {
    if (!open(context).onDevice()) return context;
    throw new InvalidArgumentException(
        facade
            + " takes memory of the host: expected a context of the CPU, got one of a device, where"
            + " DeviceKernels works");
  }

  /**
   * @param shape such as {@code (B=128, K=3)}, for the message
   */
  static void array(String name, NativeArray array, DType type, long elements, String shape) {
    typed(name, array, type, shape);
    if (array.count() != elements) {
      throw new InvalidArgumentException(
          name + " must hold " + elements + " elements " + shape + ", got " + array.count());
    }
  }

  /**
   * Rows of an array that decides how many there are: at least one, all of them whole.
   *
   * @param width elements of a row
   */
  static long rows(String name, NativeArray array, DType type, long width, String shape) {
    typed(name, array, type, shape);
    long found = array.count();
    if (found > 0 && found % width == 0) return found / width;
    throw new InvalidArgumentException(
        name + " must hold whole rows of " + width + " elements, " + shape + ", got " + found);
  }

  /** The same, of which the kernels take 2^31 - 1 at most. */
  static int fewRows(String name, NativeArray array, DType type, long width, String shape) {
    long rows = rows(name, array, type, width, shape);
    range("rows of " + name, rows, 1, Integer.MAX_VALUE);
    return (int) rows;
  }

  private static void typed(String name, NativeArray array, DType type, String shape) {
    if (array == null) throw new InvalidArgumentException(name + " is null, expected " + shape);
    if (array.type() != type) {
      throw new InvalidArgumentException(
          name + " must be " + type + " " + shape + ", got " + array.type());
    }
    array.requireOpen(name);
  }

  /** As {@link #array}, for one that is written. */
  static void output(String name, NativeArray array, DType type, long elements, String shape) {
    array(name, array, type, elements, shape);
    if (array.readOnly())
      throw new InvalidArgumentException(name + " is an output, got a read-only one");
  }

  /** An output and another argument, either of which may be null: no byte belongs to both. */
  static void apart(String output, NativeArray out, String other, NativeArray in) {
    if (out == null || in == null) return;
    if (out.end() <= in.address() || in.end() <= out.address()) return;
    throw new InvalidArgumentException(
        output + " must share no memory with " + other + ", got two that overlap");
  }

  static void range(String name, long value, long from, long to) {
    if (value < from || value > to) {
      throw new InvalidArgumentException(
          name + " must be in " + from + ".." + to + ", got " + value);
    }
  }

  /**
   * a x b elements, both at least 1.
   *
   * @throws IllegalArgumentException beyond 2^63
   */
  static long product(String name, long a, long b) {
    if (Math.multiplyHigh(a, b) == 0 && a * b > 0) return a * b;
    throw new InvalidArgumentException(
        name + " must have below 2^63 elements, got " + a + " x " + b);
  }
}
