// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.Pointer;

/**
 * Checks of the facades: a direct buffer in native byte order with exactly the elements its shape
 * says, outputs that share no memory with anything else, weights that sum to one.
 */
final class Arguments {
  /** Of weights in float, or written with four digits. */
  private static final double SUM_TOLERANCE = 1e-4;

  private Arguments() {}

  static <T> T given(String name, T value) {
    if (value == null) throw new IllegalArgumentException(name + " is null");
    return value;
  }

  /** A context that was not closed. */
  static KernelContext open(KernelContext context) {
    given("context", context).handle();
    return context;
  }

  /** The context of a facade that takes buffers of the host. */
  static KernelContext onHost(String facade, KernelContext context) {
    if (!open(context).onDevice()) return context;
    throw new IllegalArgumentException(
        facade
            + " takes buffers of the host: expected a context of the CPU, got one of a device, where"
            + " DeviceKernels works");
  }

  /**
   * @param shape such as {@code (B=128, K=3)}, for the message
   */
  static void buffer(String name, Buffer buffer, long elements, String shape) {
    direct(name, buffer, shape);
    if (buffer.remaining() != elements) {
      throw new IllegalArgumentException(
          name + " must hold " + elements + " elements " + shape + ", got " + buffer.remaining());
    }
  }

  /**
   * Rows of a buffer that decides how many there are: at least one, all of them whole.
   *
   * @param width elements of a row
   */
  static int rows(String name, Buffer buffer, long width, String shape) {
    direct(name, buffer, shape);
    int found = buffer.remaining();
    if (found > 0 && found % width == 0) return (int) (found / width);
    throw new IllegalArgumentException(
        name + " must hold whole rows of " + width + " elements, " + shape + ", got " + found);
  }

  private static void direct(String name, Buffer buffer, String shape) {
    if (buffer == null) throw new IllegalArgumentException(name + " is null, expected " + shape);
    if (!buffer.isDirect())
      throw new IllegalArgumentException(name + " must be a direct buffer, got one on the heap");
    if (!nativeOrder(buffer))
      throw new IllegalArgumentException(name + " must be in native byte order, got the other one");
  }

  /** As {@link #buffer}, for one that is written. */
  static void output(String name, Buffer buffer, long elements, String shape) {
    buffer(name, buffer, elements, shape);
    if (buffer.isReadOnly())
      throw new IllegalArgumentException(name + " is an output, got a read-only buffer");
  }

  /** Weights (B, K) of mixtures. */
  static void weights(FloatBuffer lambda, int batch, int ways) {
    buffer("lambda", lambda, (long) batch * ways, "(B=" + batch + ", K=" + ways + ")");
    int at = lambda.position();
    for (int b = 0; b < batch; b++) {
      double sum = 0;
      for (int k = 0; k < ways; k++) sum += lambda.get(at++);
      if (!(Math.abs(sum - 1) <= SUM_TOLERANCE))
        throw new IllegalArgumentException(
            "lambda must have rows that sum to 1, got " + sum + " in row " + b);
    }
  }

  /** An output and another argument, either of which may be null: no byte belongs to both. */
  static void apart(String output, Pointer out, String other, Pointer in) {
    if (out == null || in == null) return;
    if (end(out) <= begin(in) || end(in) <= begin(out)) return;
    throw new IllegalArgumentException(
        output + " must share no memory with " + other + ", got buffers that overlap");
  }

  private static long begin(Pointer p) {
    return p.address() + p.position() * p.sizeof();
  }

  private static long end(Pointer p) {
    return p.address() + p.limit() * p.sizeof();
  }

  static void range(String name, long value, long from, long to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          name + " must be in " + from + ".." + to + ", got " + value);
    }
  }

  private static boolean nativeOrder(Buffer buffer) {
    ByteOrder order = ByteOrder.nativeOrder();
    if (buffer instanceof FloatBuffer b) return b.order() == order;
    if (buffer instanceof IntBuffer b) return b.order() == order;
    if (buffer instanceof DoubleBuffer b) return b.order() == order;
    return buffer instanceof ByteBuffer;
  }
}
