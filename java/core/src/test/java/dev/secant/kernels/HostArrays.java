// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/** Direct buffers with content. */
final class HostArrays {
  private HostArrays() {}

  static ByteBuffer bytes(int... values) {
    ByteBuffer buffer = direct(values.length);
    for (int v : values) buffer.put((byte) v);
    return buffer.flip();
  }

  static IntBuffer ints(int... values) {
    return direct(4 * values.length).asIntBuffer().put(values).flip();
  }

  static FloatBuffer floats(double... values) {
    FloatBuffer buffer = room(values.length);
    for (double v : values) buffer.put((float) v);
    return buffer.flip();
  }

  /** So many floats, all zero. */
  static FloatBuffer room(int count) {
    return direct(4 * count).asFloatBuffer();
  }

  static DoubleBuffer doubles(int count) {
    return direct(8 * count).asDoubleBuffer();
  }

  static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  static float[] content(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.duplicate().get(values);
    return values;
  }
}
