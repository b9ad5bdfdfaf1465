// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import dev.secant.kernels.NativeArray;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Direct buffers in native order, and what is wrong with others. */
final class Buffers {
  private static final ByteOrder OTHER =
      ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
          ? ByteOrder.BIG_ENDIAN
          : ByteOrder.LITTLE_ENDIAN;

  private Buffers() {}

  static ByteBuffer bytes(int count) {
    return ByteBuffer.allocateDirect(count).order(ByteOrder.nativeOrder());
  }

  static FloatBuffer floats(int count) {
    FloatBuffer buffer = bytes(4 * count).asFloatBuffer();
    for (int i = 0; i < count; i++) buffer.put(i, i % 5 - 1.5f);
    return buffer;
  }

  static DoubleBuffer doubles(int count) {
    return bytes(8 * count).asDoubleBuffer();
  }

  /** 0, 1, 0, 1 ... */
  static IntBuffer ints(int count) {
    IntBuffer buffer = bytes(4 * count).asIntBuffer();
    for (int i = 0; i < count; i++) buffer.put(i, i % 2);
    return buffer;
  }

  /** Rows of K equal weights. */
  static FloatBuffer weights(int rows, int ways) {
    FloatBuffer buffer = bytes(4 * rows * ways).asFloatBuffer();
    for (int i = 0; i < rows * ways; i++) buffer.put(i, 1f / ways);
    return buffer;
  }

  static int width(Buffer like) {
    return like instanceof ByteBuffer ? 1 : like instanceof DoubleBuffer ? 8 : 4;
  }

  /** The memory of a native array of bytes, ints, floats or doubles. */
  static Buffer of(NativeArray array) {
    int size = (int) array.count() * array.type().bytes();
    Pointer start = new BytePointer(new At(array.address())).capacity(size).limit(size);
    ByteBuffer all = start.asByteBuffer().order(ByteOrder.nativeOrder());
    return switch (array.type()) {
      case U8 -> all;
      case I32 -> all.asIntBuffer();
      case F32 -> all.asFloatBuffer();
      case F64 -> all.asDoubleBuffer();
      default -> throw new IllegalArgumentException(array.toString());
    };
  }

  private static final class At extends Pointer {
    At(long address) {
      this.address = address;
    }
  }

  /** The elements of another buffer at a place of this memory. */
  static Buffer at(ByteBuffer memory, int from, Buffer like) {
    ByteBuffer part = memory.duplicate().order(memory.order());
    part.position(from).limit(from + like.remaining() * width(like));
    ByteBuffer slice = part.slice().order(memory.order());
    if (like instanceof FloatBuffer f) return slice.asFloatBuffer().put(f.duplicate()).flip();
    if (like instanceof IntBuffer i) return slice.asIntBuffer().put(i.duplicate()).flip();
    if (like instanceof DoubleBuffer d) return slice.asDoubleBuffer().put(d.duplicate()).flip();
    return slice.put(((ByteBuffer) like).duplicate()).flip();
  }

  static Buffer onHeap(Buffer like) {
    int bytes = like.remaining() * width(like);
    return at(ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder()), 0, like);
  }

  static Buffer inOtherOrder(Buffer like) {
    int bytes = like.remaining() * width(like);
    return at(ByteBuffer.allocateDirect(bytes).order(OTHER), 0, like);
  }

  static Buffer misaligned(Buffer like) {
    return at(bytes(like.remaining() * width(like) + 1), 1, like);
  }

  static Buffer readOnly(Buffer like) {
    if (like instanceof FloatBuffer f) return f.asReadOnlyBuffer();
    if (like instanceof IntBuffer i) return i.asReadOnlyBuffer();
    if (like instanceof DoubleBuffer d) return d.asReadOnlyBuffer();
    return ((ByteBuffer) like).asReadOnlyBuffer();
  }

  /** With one element less. */
  static Buffer shorter(Buffer like) {
    Buffer copy = like.duplicate();
    return copy.limit(copy.limit() - 1);
  }

  static Buffer empty(Buffer like) {
    Buffer copy = like.duplicate();
    return copy.limit(copy.position());
  }

  /** A copy with another last element. */
  static Buffer ending(Buffer like, Number last) {
    Buffer copy = at(bytes(like.remaining() * width(like)), 0, like);
    int at = copy.limit() - 1;
    if (copy instanceof FloatBuffer f) return f.put(at, last.floatValue());
    return ((IntBuffer) copy).put(at, last.intValue());
  }
}
