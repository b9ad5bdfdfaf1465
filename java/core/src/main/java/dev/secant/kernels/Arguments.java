// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Checks of the facades: a direct buffer in native byte order with exactly the elements its shape
 * says.
 */
final class Arguments {
  private Arguments() {}

  /** The context of a facade that takes buffers of the host. */
  static KernelContext onHost(String facade, KernelContext context) {
    if (!context.onDevice()) return context;
    throw new IllegalArgumentException(
        facade
            + " takes buffers of the host: expected a context of the CPU, got one of a device, where"
            + " DeviceKernels works");
  }

  /**
   * @param shape such as {@code (B=128, K=3)}, for the message
   */
  static void buffer(String name, Buffer buffer, long elements, String shape) {
    if (buffer == null) throw new IllegalArgumentException(name + " is null, expected " + shape);
    if (!buffer.isDirect())
      throw new IllegalArgumentException(name + " must be a direct buffer, got one on the heap");
    if (!nativeOrder(buffer))
      throw new IllegalArgumentException(name + " must be in native byte order");
    if (buffer.remaining() != elements) {
      throw new IllegalArgumentException(
          name + " must hold " + elements + " elements " + shape + ", got " + buffer.remaining());
    }
  }

  /** As {@link #buffer}, for one that is written. */
  static void output(String name, Buffer buffer, long elements, String shape) {
    buffer(name, buffer, elements, shape);
    if (buffer.isReadOnly())
      throw new IllegalArgumentException(name + " is an output, got a read-only buffer");
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
