// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.BackendUnavailableException;
import dev.secant.tensor.DType;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.WrongStateException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;

/**
 * Elements of one type, dense, in native byte order, at one address of host memory: what the
 * kernels of the CPU take. It copies nothing and owns nothing, but keeps the buffer, pointer or
 * segment that it was made of from being collected, and knows when a pointer, tensor or segment was
 * closed; a buffer does not say when memory of somebody else behind it was freed. Sizes are {@code
 * long}. Immutable; the memory behind it is the caller's, who keeps other threads away while a
 * kernel runs.
 *
 * <p>U8 is made of bytes, BF16 of shorts that hold its bits; the other types are their Java
 * namesakes.
 */
public final class NativeArray {
  /** Refuses what was closed or may not be used by this thread. */
  interface Owner {
    /**
     * @throws IllegalStateException naming the array
     */
    void requireOpen(String name);
  }

  private final long address;
  private final long count;
  private final DType type;
  private final boolean readOnly;
  private final Owner owner;

  NativeArray(String name, long address, long count, DType type, boolean readOnly, Owner owner) {
    this.address = address;
    this.count = count;
    this.type = type;
    this.readOnly = readOnly;
    this.owner = owner;
    if (address % type.bytes() != 0) {
      throw new InvalidArgumentException(
          name
              + " must be aligned to "
              + type.bytes()
              + " bytes, got 0x"
              + Long.toHexString(address));
    }
  }

  // ---- made of ----------------------------------------------------------------------------------

  /**
   * The elements between position and limit of a direct buffer in native byte order: bytes are U8,
   * shorts BF16, ints I32, longs I64, floats F32, doubles F64. A read-only buffer is no output.
   *
   * @throws IllegalArgumentException for a buffer on the heap, in the other byte order, of chars,
   *     or not aligned to its elements
   */
  public static NativeArray of(Buffer buffer) {
    return of("buffer", buffer);
  }

  /** The same, with the name of the argument that it is. */
  static NativeArray of(String name, Buffer buffer) {
    Arguments.given(name, buffer);
    if (!buffer.isDirect())
      throw new InvalidArgumentException(name + " must be a direct buffer, got one on the heap");
    DType type = type(name, buffer);
    if (order(buffer) != ByteOrder.nativeOrder())
      throw new InvalidArgumentException(name + " must be in native byte order, got the other one");
    long first = Address.base(buffer) + (long) buffer.position() * type.bytes();
    // Names the buffer, so that it lives as long as this.
    Owner owner = n -> buffer.isDirect();
    return new NativeArray(name, first, buffer.remaining(), type, buffer.isReadOnly(), owner);
  }

  /**
   * The elements between position and limit of a typed pointer: BytePointer is U8, ShortPointer
   * BF16, IntPointer I32, LongPointer I64, FloatPointer F32, DoublePointer F64. A pointer that does
   * not know its size needs {@code limit(n)} first. Use after it was closed throws {@link
   * IllegalStateException}.
   */
  public static NativeArray of(Pointer pointer) {
    Arguments.given("pointer", pointer);
    if (pointer.isNull()) throw new InvalidArgumentException("pointer is null");
    DType type = type(pointer);
    long position = pointer.position();
    long count = pointer.limit() - position;
    if (position < 0 || count < 0)
      throw new InvalidArgumentException(
          "pointer must have 0 <= position <= limit, got position "
              + position
              + " and limit "
              + pointer.limit());
    long first = pointer.address() + position * type.bytes();
    return new NativeArray("pointer", first, count, type, false, n -> requireOpen(n, pointer));
  }

  private static void requireOpen(String name, Pointer pointer) {
    if (pointer.isNull()) throw closed(name);
  }

  /** A tensor in host memory; use after its arena was closed throws. */
  public static NativeArray of(Tensor tensor) {
    Arguments.given("tensor", tensor);
    if (!tensor.space().onHost())
      throw new InvalidArgumentException(
          "tensor must be in host memory, got one in " + tensor.space().name());
    return new NativeArray(
        "tensor",
        tensor.address(),
        tensor.count(),
        tensor.dtype(),
        false,
        n -> tensor.requireOpen());
  }

  /**
   * Memory of the caller's, who keeps it until nothing uses this any more. What lies at an address
   * cannot be checked: a wrong one ends the process.
   *
   * @param address of the first element, aligned to it
   * @param count elements
   */
  public static NativeArray at(long address, long count, DType type) {
    Arguments.given("type", type);
    Arguments.range("address", address, 1, Long.MAX_VALUE);
    Arguments.range("count", count, 0, Long.MAX_VALUE / type.bytes());
    if (address > Long.MAX_VALUE - count * type.bytes())
      throw new InvalidArgumentException(
          "address and count must end below 2^63, got 0x"
              + Long.toHexString(address)
              + " and "
              + count);
    return new NativeArray("address", address, count, type, false, n -> {});
  }

  /**
   * The whole of a native {@code java.lang.foreign.MemorySegment}, on Java 22 and later. (Its type
   * is not in this signature because this class runs on Java 17 too.) A read-only segment is no
   * output; use after its arena was closed, or by a thread that its arena does not allow, throws
   * {@link IllegalStateException}. Nobody may close a shared arena while a kernel runs on it.
   *
   * @param segment a {@code MemorySegment}, whole elements of the type long
   * @throws IllegalArgumentException for a segment on the heap, not aligned to its elements, or
   *     with a part of one at the end
   * @throws BackendUnavailableException on Java before 22, or when this jar was built with a JDK
   *     before 22
   */
  public static NativeArray segment(Object segment, DType type) {
    Arguments.given("segment", segment);
    Arguments.given("type", type);
    return Segments.view(segment, type);
  }

  // ---- what it is -------------------------------------------------------------------------------

  /** Of the first element. */
  public long address() {
    return address;
  }

  /** Elements. */
  public long count() {
    return count;
  }

  public DType type() {
    return type;
  }

  /** Whether it may not be an output. */
  public boolean readOnly() {
    return readOnly;
  }

  /** One past its last byte. */
  long end() {
    return address + count * type.bytes();
  }

  /**
   * @param name for the message
   * @throws IllegalStateException when its memory was closed, or is not this thread's
   */
  void requireOpen(String name) {
    owner.requireOpen(name);
  }

  static IllegalStateException closed(String name) {
    return new WrongStateException(ErrorCode.CLOSED, "the memory of " + name + " was closed");
  }

  @Override
  public String toString() {
    return type + "[" + count + "] at 0x" + Long.toHexString(address);
  }

  // ---- types ------------------------------------------------------------------------------------

  private static DType type(String name, Buffer buffer) {
    if (buffer instanceof ByteBuffer) return DType.U8;
    if (buffer instanceof ShortBuffer) return DType.BF16;
    if (buffer instanceof IntBuffer) return DType.I32;
    if (buffer instanceof LongBuffer) return DType.I64;
    if (buffer instanceof FloatBuffer) return DType.F32;
    if (buffer instanceof DoubleBuffer) return DType.F64;
    throw new InvalidArgumentException(
        name + " must be of bytes, shorts, ints, longs, floats or doubles, got one of chars");
  }

  /** Bytes have none. */
  private static ByteOrder order(Buffer buffer) {
    if (buffer instanceof ShortBuffer b) return b.order();
    if (buffer instanceof IntBuffer b) return b.order();
    if (buffer instanceof LongBuffer b) return b.order();
    if (buffer instanceof FloatBuffer b) return b.order();
    if (buffer instanceof DoubleBuffer b) return b.order();
    return ByteOrder.nativeOrder();
  }

  private static DType type(Pointer pointer) {
    if (pointer instanceof BytePointer) return DType.U8;
    if (pointer instanceof ShortPointer) return DType.BF16;
    if (pointer instanceof IntPointer) return DType.I32;
    if (pointer instanceof LongPointer) return DType.I64;
    if (pointer instanceof FloatPointer) return DType.F32;
    if (pointer instanceof DoublePointer) return DType.F64;
    throw new InvalidArgumentException(
        "pointer must be a BytePointer, ShortPointer, IntPointer, LongPointer, FloatPointer or"
            + " DoublePointer, got "
            + pointer.getClass().getSimpleName());
  }
}
