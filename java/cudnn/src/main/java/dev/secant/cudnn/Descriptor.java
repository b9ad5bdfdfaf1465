// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * One descriptor of cuDNN's backend API. Every status is checked. A failed call throws {@link
 * CudnnException} that names the operation, the attribute and what the descriptor is for. Closing
 * is idempotent; use after close throws {@link IllegalStateException}. Once finalised it may be
 * read by several threads; setting belongs to one.
 */
final class Descriptor implements AutoCloseable {
  private static final AtomicLong OPEN = new AtomicLong();

  private final DescriptorKind kind;
  private final String purpose;
  private cudnnBackendDescriptor_t pointer;

  /**
   * @param purpose what it is for, in messages: the convolution with its shape
   */
  Descriptor(DescriptorKind kind, String purpose) {
    this.kind = kind;
    this.purpose = purpose;
    cudnnBackendDescriptor_t created = new cudnnBackendDescriptor_t();
    Status.check(
        cudnn.cudnnBackendCreateDescriptor(kind.id(), created),
        "creation",
        kind + " for " + purpose);
    this.pointer = created;
    OPEN.incrementAndGet();
  }

  /** Descriptors of the process that are not closed. */
  static long open() {
    return OPEN.get();
  }

  cudnnBackendDescriptor_t pointer() {
    if (pointer == null)
      throw new WrongStateException(ErrorCode.CLOSED, "the descriptor was closed: " + kind);
    return pointer;
  }

  // ---- writing ---------------------------------------------------------------------------------

  /** INT64 values. */
  Descriptor set(Attribute attribute, long... values) {
    try (LongPointer p = new LongPointer(values)) {
      return set(attribute, values.length, p);
    }
  }

  /** One value of an enumeration. */
  Descriptor setEnum(Attribute attribute, int value) {
    try (IntPointer p = new IntPointer(new int[] {value})) {
      return set(attribute, 1, p);
    }
  }

  Descriptor setFloat(Attribute attribute, float value) {
    try (FloatPointer p = new FloatPointer(new float[] {value})) {
      return set(attribute, 1, p);
    }
  }

  /** Text without terminator. */
  Descriptor setText(Attribute attribute, byte[] text) {
    try (BytePointer p = new BytePointer(text)) {
      return set(attribute, text.length, p);
    }
  }

  Descriptor set(Attribute attribute, Descriptor... values) {
    return set(attribute, addresses(List.of(values)));
  }

  Descriptor set(Attribute attribute, List<Descriptor> values) {
    return set(attribute, addresses(values));
  }

  /** An array of one handle. */
  Descriptor setHandle(Attribute attribute, Pointer handle) {
    return set(attribute, handle.address());
  }

  private static long[] addresses(List<Descriptor> descriptors) {
    return descriptors.stream().mapToLong(d -> d.pointer().address()).toArray();
  }

  private Descriptor set(Attribute a, long count, Pointer values) {
    int status = cudnn.cudnnBackendSetAttribute(pointer(), a.id(), a.type(), count, values);
    if (status != cudnn.CUDNN_STATUS_SUCCESS) throw failed(status, "setting " + a);
    return this;
  }

  Descriptor finalised() {
    int status = tryFinalise();
    if (status != cudnn.CUDNN_STATUS_SUCCESS) throw failed(status, "finalisation");
    return this;
  }

  /** The status instead of an exception, where a refusal is an answer. */
  int tryFinalise() {
    return cudnn.cudnnBackendFinalize(pointer());
  }

  private CudnnException failed(int status, String operation) {
    return Status.exception(status, operation, kind + " for " + purpose);
  }

  // ---- reading ---------------------------------------------------------------------------------

  long getLong(Attribute attribute) {
    try (LongPointer value = new LongPointer(1)) {
      get(attribute, 1, value);
      return value.get();
    }
  }

  int getEnum(Attribute attribute) {
    try (IntPointer value = new IntPointer(1)) {
      get(attribute, 1, value);
      return value.get();
    }
  }

  /** Values of an enumeration, at most {@code most}. */
  int[] getEnums(Attribute attribute, int most) {
    try (IntPointer values = new IntPointer(most)) {
      int[] found = new int[Math.toIntExact(Math.min(most, get(attribute, most, values)))];
      values.get(found);
      return found;
    }
  }

  /** The descriptor that an attribute holds, as a new descriptor of the caller's. */
  Descriptor getDescriptor(Attribute attribute, DescriptorKind of) {
    List<Descriptor> one = getDescriptors(attribute, of, 1);
    if (one.size() == 1) return one.get(0);
    throw new WrongStateException(
        ErrorCode.FAILED, kind + " for " + purpose + " has no " + attribute);
  }

  /** All descriptors that an attribute holds, as new descriptors of the caller's. */
  List<Descriptor> getDescriptors(Attribute attribute, DescriptorKind of) {
    return getDescriptors(attribute, of, Math.toIntExact(get(attribute, 0, null)));
  }

  /** At most {@code count} of them, for attributes that do not tell their number beforehand. */
  List<Descriptor> getDescriptors(Attribute attribute, DescriptorKind of, int count) {
    if (count == 0) return List.of();
    List<Descriptor> results = new ArrayList<>(count);
    try {
      for (int i = 0; i < count; i++) results.add(new Descriptor(of, purpose));
      int filled;
      try (LongPointer p = new LongPointer(addresses(results))) {
        filled = Math.toIntExact(Math.min(count, get(attribute, count, p)));
      }
      closeAll(results.subList(filled, count));
      return new ArrayList<>(results.subList(0, filled));
    } catch (RuntimeException e) {
      closeAll(results);
      throw e;
    }
  }

  private long get(Attribute a, long most, Pointer values) {
    long[] count = new long[1];
    int status = cudnn.cudnnBackendGetAttribute(pointer(), a.id(), a.type(), most, count, values);
    if (status != cudnn.CUDNN_STATUS_SUCCESS) throw failed(status, "reading " + a);
    return count[0];
  }

  // ---- end -------------------------------------------------------------------------------------

  static void closeAll(Iterable<Descriptor> descriptors) {
    for (Descriptor d : descriptors) d.close();
  }

  @Override
  public void close() {
    cudnnBackendDescriptor_t closing = pointer;
    if (closing == null) return;
    pointer = null;
    OPEN.decrementAndGet();
    cudnn.cudnnBackendDestroyDescriptor(closing);
  }
}
