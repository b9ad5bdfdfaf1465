// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.DType;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.WrongStateException;
import java.lang.foreign.MemorySegment;

/** Memory segments, on Java 22 and later. */
final class Segments {
  private Segments() {}

  static NativeArray view(Object given, DType type) {
    if (!(given instanceof MemorySegment segment))
      throw new InvalidArgumentException(
          "segment must be a java.lang.foreign.MemorySegment, got a " + given.getClass().getName());
    if (!segment.isNative())
      throw new InvalidArgumentException("segment must be native memory, got one on the heap");
    requireOpen("segment", segment);
    if (segment.byteSize() % type.bytes() != 0) {
      throw new InvalidArgumentException(
          "segment must hold whole elements of "
              + type.bytes()
              + " bytes, got "
              + segment.byteSize()
              + " bytes");
    }
    long count = segment.byteSize() / type.bytes();
    boolean readOnly = segment.isReadOnly();
    return new NativeArray(
        "segment", segment.address(), count, type, readOnly, n -> requireOpen(n, segment));
  }

  private static void requireOpen(String name, MemorySegment segment) {
    if (!segment.scope().isAlive()) throw NativeArray.closed(name);
    Thread me = Thread.currentThread();
    if (!segment.isAccessibleBy(me))
      throw new WrongStateException(
          ErrorCode.WRONG_THREAD,
          "the memory of "
              + name
              + " belongs to another thread: expected the owner of its arena, got thread '"
              + me.getName()
              + "'");
  }
}
