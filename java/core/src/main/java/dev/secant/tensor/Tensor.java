// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.lang.reflect.Array;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;

/**
 * A dense row-major tensor in the memory of an {@link Arena}, or a view of one. Its address never
 * changes. Use after the arena was closed throws {@link IllegalStateException}, and so does a copy
 * while another thread uses the arena. The copying methods allocate; they are for planning, tests
 * and results, not for steps. A pointer that was taken does not know when its memory is freed: it
 * is for one call at once.
 */
public final class Tensor {
  private final Arena arena;
  private final long address;
  private final Shape shape;
  private final DType dtype;
  private final Pointer pointer;

  Tensor(Arena arena, long address, Shape shape, DType dtype) {
    this.arena = arena;
    this.address = address;
    this.shape = shape;
    this.dtype = dtype;
    this.pointer = typed(new Address(address, bytes()));
  }

  private Pointer typed(Pointer p) {
    return switch (dtype) {
      case U8 -> new BytePointer(p);
      case I32 -> new IntPointer(p);
      case I64 -> new LongPointer(p);
      // The C API names pointers to activations float, whatever they hold.
      case BF16, F32 -> new FloatPointer(p);
      case F64 -> new DoublePointer(p);
    };
  }

  public Shape shape() {
    return shape;
  }

  public long dim(int axis) {
    return shape.dim(axis);
  }

  public long count() {
    return shape.count();
  }

  public DType dtype() {
    return dtype;
  }

  /** Where it lives. */
  public MemorySpace space() {
    return arena.space();
  }

  public long bytes() {
    return shape.count() * dtype.bytes();
  }

  public long address() {
    arena.requireOpen();
    return address;
  }

  /**
   * @throws IllegalStateException when its arena was closed
   */
  public void requireOpen() {
    arena.requireOpen();
  }

  /** The same rows from..to (exclusive) of the first axis, sharing memory. */
  public Tensor rows(long from, long to) {
    arena.requireOpen();
    if (from < 0 || to > shape.dim(0) || from >= to) {
      throw new InvalidArgumentException(
          "from..to must be rows of a tensor of shape " + shape + ", got " + from + ".." + to);
    }
    long[] dims = shape.dims();
    dims[0] = to - from;
    long stride = shape.count() / shape.dim(0);
    return new Tensor(arena, address + from * stride * dtype.bytes(), Shape.of(dims), dtype);
  }

  /** The elements from..from+count(dims) as a tensor of the given shape, sharing memory. */
  public Tensor view(long from, long... dims) {
    arena.requireOpen();
    Shape s = Shape.of(dims);
    if (from < 0 || s.count() > shape.count() || from > shape.count() - s.count()) {
      throw new InvalidArgumentException(
          "from and dims must lie in a tensor of shape " + shape + ", got " + from + " and " + s);
    }
    return new Tensor(arena, address + from * dtype.bytes(), s, dtype);
  }

  /** The same elements under another shape. */
  public Tensor reshape(long... dims) {
    Shape s = Shape.of(dims);
    if (s.count() != count())
      throw new InvalidArgumentException(
          "dims cannot make " + shape + " of another size, got " + s);
    return view(0, dims);
  }

  public FloatPointer floats() {
    return (FloatPointer) require(DType.F32);
  }

  /** The pointer of an F32 or BF16 tensor as the C API names pointers to activations. */
  public FloatPointer activations() {
    arena.requireOpen();
    if (dtype != DType.F32 && dtype != DType.BF16) {
      throw new WrongStateException(
          ErrorCode.WRONG_STATE, "the tensor is " + dtype + ", F32 or BF16 was asked for");
    }
    return (FloatPointer) pointer;
  }

  public DoublePointer doubles() {
    return (DoublePointer) require(DType.F64);
  }

  public IntPointer ints() {
    return (IntPointer) require(DType.I32);
  }

  public LongPointer longs() {
    return (LongPointer) require(DType.I64);
  }

  public BytePointer unsignedBytes() {
    return (BytePointer) require(DType.U8);
  }

  /** The untyped address for native calls. */
  public Pointer pointer() {
    arena.requireOpen();
    return pointer;
  }

  private Pointer require(DType wanted) {
    arena.requireOpen();
    if (dtype != wanted)
      throw new WrongStateException(
          ErrorCode.WRONG_STATE, "the tensor is " + dtype + ", " + wanted + " was asked for");
    return pointer;
  }

  // ---- copies: real tensors as double[], integer tensors as long[] or int[] ---------------------

  /** Elements of a BF16, F32 or F64 tensor as doubles. */
  public double[] toDoubles() {
    int n = arrayLength();
    double[] out = new double[n];
    if (dtype == DType.BF16) {
      short[] bits = toBits();
      for (int i = 0; i < n; i++) out[i] = Bf16.value(bits[i]);
      return out;
    }
    if (dtype == DType.F64) {
      try (DoublePointer host = new DoublePointer(n)) {
        download(host);
        host.get(out);
      }
      return out;
    }
    float[] values = toFloats();
    for (int i = 0; i < n; i++) out[i] = values[i];
    return out;
  }

  /** Elements of a BF16 tensor as their bits. */
  public short[] toBits() {
    require(DType.BF16);
    short[] bits = new short[arrayLength()];
    try (ShortPointer host = new ShortPointer(bits.length)) {
      download(host);
      host.get(bits);
    }
    return bits;
  }

  private void setBits(short[] bits) {
    try (ShortPointer host = new ShortPointer(bits)) {
      upload(host);
    }
  }

  /** Writes doubles into a BF16 or F32 (both rounding) or F64 tensor. */
  public void set(double... values) {
    requireCount(values);
    if (dtype == DType.BF16) {
      short[] bits = new short[values.length];
      for (int i = 0; i < bits.length; i++) bits[i] = Bf16.bits((float) values[i]);
      setBits(bits);
      return;
    }
    if (dtype == DType.F64) {
      try (DoublePointer host = new DoublePointer(values)) {
        upload(host);
      }
      return;
    }
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) rounded[i] = (float) values[i];
    set(rounded);
  }

  /** Elements of an F32 tensor. */
  public float[] toFloats() {
    require(DType.F32);
    float[] out = new float[arrayLength()];
    try (FloatPointer host = new FloatPointer(out.length)) {
      download(host);
      host.get(out);
    }
    return out;
  }

  /** Writes floats into a BF16 (rounding), F32 or F64 tensor. */
  public void set(float[] values) {
    requireCount(values);
    if (dtype == DType.BF16) {
      short[] bits = new short[values.length];
      for (int i = 0; i < bits.length; i++) bits[i] = Bf16.bits(values[i]);
      setBits(bits);
      return;
    }
    if (dtype == DType.F64) {
      double[] wide = new double[values.length];
      for (int i = 0; i < values.length; i++) wide[i] = values[i];
      set(wide);
      return;
    }
    require(DType.F32);
    try (FloatPointer host = new FloatPointer(values)) {
      upload(host);
    }
  }

  public int[] toInts() {
    require(DType.I32);
    int[] out = new int[arrayLength()];
    try (IntPointer host = new IntPointer(out.length)) {
      download(host);
      host.get(out);
    }
    return out;
  }

  public void set(int[] values) {
    require(DType.I32);
    requireCount(values);
    try (IntPointer host = new IntPointer(values)) {
      upload(host);
    }
  }

  public long[] toLongs() {
    require(DType.I64);
    long[] out = new long[arrayLength()];
    try (LongPointer host = new LongPointer(out.length)) {
      download(host);
      host.get(out);
    }
    return out;
  }

  public void set(long[] values) {
    require(DType.I64);
    requireCount(values);
    try (LongPointer host = new LongPointer(values)) {
      upload(host);
    }
  }

  public byte[] toBytes() {
    require(DType.U8);
    byte[] out = new byte[arrayLength()];
    try (BytePointer host = new BytePointer(out.length)) {
      download(host);
      host.get(out);
    }
    return out;
  }

  public void set(byte[] values) {
    require(DType.U8);
    requireCount(values);
    try (BytePointer host = new BytePointer(values)) {
      upload(host);
    }
  }

  /** Copies the elements of a tensor of the same space, shape and type into this one. */
  public void copyFrom(Tensor other) {
    if (other == null) throw new InvalidArgumentException("other is null");
    if (other.dtype != dtype || other.count() != count()) {
      throw new InvalidArgumentException(
          "other must be " + dtype + " " + shape + ", got " + other.dtype + " " + other.shape);
    }
    try (Turn.Use use = arena.use();
        Turn.Use otherUse = other.arena.use()) {
      arena.space().upload(address, other.address, bytes());
    }
  }

  private void requireCount(Object values) {
    if (values != null && Array.getLength(values) == count()) return;
    String found = values == null ? "null" : String.valueOf(Array.getLength(values));
    throw new InvalidArgumentException(
        "values must be " + count() + " for a tensor of shape " + shape + ", got " + found);
  }

  private int arrayLength() {
    if (count() > Shape.LONGEST_ARRAY)
      throw new WrongStateException(
          ErrorCode.WRONG_STATE,
          "the tensor of shape " + shape + " has more elements than an array can hold");
    return (int) count();
  }

  private void upload(Pointer host) {
    try (Turn.Use use = arena.use()) {
      arena.space().upload(address, host.address(), bytes());
    }
  }

  private void download(Pointer host) {
    try (Turn.Use use = arena.use()) {
      arena.space().download(host.address(), address, bytes());
    }
  }

  @Override
  public String toString() {
    return dtype + shape.toString();
  }
}
