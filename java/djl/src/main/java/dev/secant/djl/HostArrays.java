// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.secant.tensor.InvalidArgumentException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/** Arrays of DJL as the direct buffers that kernels take. */
final class HostArrays {
  private HostArrays() {}

  /**
   * The elements of an array, row after row: its own memory where the engine gives that, else a
   * copy.
   *
   * @throws IllegalArgumentException for another type than F32, and from 2 GiB
   */
  static FloatBuffer of(String name, NDArray array) {
    requireFloats(name, array);
    requireFits("elements of " + name, array.size());
    ByteBuffer bytes = array.toByteBuffer(true).order(ByteOrder.nativeOrder());
    FloatBuffer floats = bytes.asFloatBuffer();
    if (floats.isDirect()) return floats;
    return floats(name, floats.remaining()).put(floats).flip();
  }

  private static void requireFloats(String name, NDArray array) {
    if (array.getDataType() == DataType.FLOAT32) return;
    throw new InvalidArgumentException(
        name + " must be FLOAT32, got " + array.getDataType() + " " + array.getShape());
  }

  /**
   * @throws IllegalArgumentException unless F32, with one row at least and an element in each, and
   *     below 2 GiB
   */
  static void requireRows(String name, NDArray array) {
    requireFloats(name, array);
    if (array.getShape().dimension() == 0 || array.size() == 0)
      throw new InvalidArgumentException(
          name + " must have rows of elements, (T, ...), got " + array.getShape());
    requireFits("elements of " + name, array.size());
  }

  /** A direct buffer has less than 2^31 bytes. */
  private static void requireFits(String what, long count) {
    int most = Integer.MAX_VALUE / Float.BYTES;
    if (count > most)
      throw new InvalidArgumentException(what + " must be at most " + most + ", got " + count);
  }

  static FloatBuffer floats(String name, long count) {
    return bytes(name, count).asFloatBuffer();
  }

  static IntBuffer ints(String name, long count) {
    return bytes(name, count).asIntBuffer();
  }

  /** The first extent of an array that has one. */
  static int rows(String name, NDArray array) {
    long rows = array.getShape().get(0);
    requireFits("rows of " + name, rows);
    return (int) rows;
  }

  private static ByteBuffer bytes(String name, long count) {
    requireFits("elements of " + name, count);
    return ByteBuffer.allocateDirect((int) count * Float.BYTES).order(ByteOrder.nativeOrder());
  }
}
