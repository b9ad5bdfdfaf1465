// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.HostArrays.content;
import static dev.secant.kernels.HostArrays.floats;
import static dev.secant.kernels.HostArrays.ints;
import static dev.secant.kernels.HostArrays.room;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.backend.Normalisation;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.CharPointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same kernel on every kind of memory, and what none of them may be. */
@Tag("native")
class NativeArrayTest {
  private static final double[] SOURCE = {1, 2, 3, 4, 5, 6};
  private static final float[] MIXED = {2, 3, 4.5f, 5.5f};

  private static void refused(String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(message);
  }

  // ---- every kind of memory ---------------------------------------------------------------------

  private static void mix(NativeArray source, NativeArray out) {
    try (KernelContext context = new KernelContext(1, 0)) {
      new Mixing(context)
          .values(
              source,
              2,
              NativeArray.of(ints(0, 1, 1, 2)),
              NativeArray.of(floats(.5, .5, .25, .75)),
              2,
              out);
    }
  }

  @Test
  void partsOfBuffers() {
    FloatBuffer source = floats(9, 9, 9, 1, 2, 3, 4, 5, 6, 9).position(3).limit(9);
    FloatBuffer out = room(7).position(2).limit(6);
    mix(NativeArray.of(source), NativeArray.of(out));
    assertThat(content(out)).containsExactly(MIXED);
    assertThat(content(out.clear())).containsExactly(0, 0, 2, 3, 4.5f, 5.5f, 0);
  }

  /** A buffer of floats that begins inside of one of bytes. */
  @Test
  void viewsOfByteBuffers() {
    ByteBuffer bytes = HostArrays.direct(40);
    FloatBuffer source = bytes.position(8).slice().order(ByteOrder.nativeOrder()).asFloatBuffer();
    for (double v : SOURCE) source.put((float) v);
    FloatBuffer out = room(4);
    mix(NativeArray.of(source.flip()), NativeArray.of(out));
    assertThat(content(out)).containsExactly(MIXED);
  }

  @Test
  void pointersWithPositionAndLimit() {
    try (FloatPointer source = new FloatPointer(9, 1, 2, 3, 4, 5, 6, 9);
        FloatPointer out = new FloatPointer(6)) {
      out.fill(0);
      mix(NativeArray.of(source.position(1).limit(7)), NativeArray.of(out.position(1).limit(5)));
      float[] found = new float[6];
      out.position(0).get(found);
      assertThat(found).containsExactly(0, 2, 3, 4.5f, 5.5f, 0);
    }
  }

  @Test
  void addresses() {
    FloatBuffer source = floats(SOURCE);
    FloatBuffer out = room(4);
    NativeArray kept = NativeArray.of(source);
    mix(
        NativeArray.at(kept.address(), 6, DType.F32),
        NativeArray.at(NativeArray.of(out).address(), 4, DType.F32));
    assertThat(content(out)).containsExactly(MIXED);
  }

  @Test
  void tensors() {
    try (Arena arena = new Arena(new HostMemory())) {
      Tensor source = arena.tensor(DType.F32, 3, 2);
      source.set(SOURCE);
      Tensor out = arena.tensor(DType.F32, 2, 2);
      mix(NativeArray.of(source), NativeArray.of(out));
      assertThat(out.toFloats()).containsExactly(MIXED);
    }
  }

  @Test
  void tensorsOfTheContextsMemory() {
    try (KernelContext context = new KernelContext(1, 0);
        Arena arena = new Arena(new ContextMemory(context))) {
      Tensor lambda = arena.tensor(DType.F32, 2, 2);
      new Dirichlet(context, .5, .5).draw(1, 0, 0, NativeArray.of(lambda));
      float[] drawn = lambda.toFloats();
      assertThat(drawn[0] + drawn[1]).isEqualTo(1);
    }
  }

  /** bf16, as bits in shorts, on a context whose activations are bf16. */
  @Test
  void activationsInBf16() {
    try (KernelContext context = new KernelContext(1, 0);
        ShortPointer source = new ShortPointer((short) 0x3f80, (short) 0x4000);
        ShortPointer out = new ShortPointer(1)) {
      context.activations(DType.BF16);
      new Mixing(context)
          .values(
              NativeArray.of(source),
              1,
              NativeArray.of(ints(0, 1)),
              NativeArray.of(floats(.5, .5)),
              2,
              NativeArray.of(out));
      assertThat(out.get()).as("1.5").isEqualTo((short) 0x3fc0);
    }
  }

  /** Images of five pixels; pages are made only where they are touched. */
  @Test
  void moreThanTwoToThe31Elements() {
    int images = (1 << 30) / 2;
    long pixels = 5L * images;
    HostMemory memory = new HostMemory();
    long address = memory.allocate(pixels);
    FloatBuffer out = room(5);
    try (KernelContext context = new KernelContext(1, 0);
        BytePointer last = new BytePointer(new byte[] {(byte) 200})) {
      memory.upload(address + pixels - 1, last.address(), 1);
      new Mixing(context)
          .images(
              NativeArray.at(address, pixels, DType.U8),
              new Mixing.ImageSize(1, 5, 1),
              new Normalisation(new float[] {1}, new float[] {0}),
              NativeArray.of(ints(images - 1)),
              NativeArray.of(ints(0)),
              NativeArray.of(floats(1)),
              1,
              NativeArray.of(out));
    } finally {
      memory.free(address, pixels);
    }
    assertThat(pixels).isGreaterThan(1L << 31);
    assertThat(content(out)).containsExactly(0, 0, 0, 0, 200);
  }

  // ---- types ------------------------------------------------------------------------------------

  @Test
  void typesOfBuffersAndPointers() {
    ByteBuffer bytes = HostArrays.direct(48);
    Map<DType, Buffer> buffers =
        Map.of(
            DType.U8, bytes,
            DType.BF16, bytes.asShortBuffer(),
            DType.I32, bytes.asIntBuffer(),
            DType.I64, bytes.asLongBuffer(),
            DType.F32, bytes.asFloatBuffer(),
            DType.F64, bytes.asDoubleBuffer());
    Map<DType, Pointer> pointers =
        Map.of(
            DType.U8, new BytePointer(3),
            DType.BF16, new ShortPointer(3),
            DType.I32, new IntPointer(3),
            DType.I64, new LongPointer(3),
            DType.F32, new FloatPointer(3),
            DType.F64, new DoublePointer(3));
    for (DType type : DType.values()) {
      NativeArray ofBuffer = NativeArray.of(buffers.get(type));
      assertThat(ofBuffer.type()).isEqualTo(type);
      assertThat(ofBuffer.count()).isEqualTo(48 / type.bytes());
      NativeArray ofPointer = NativeArray.of(pointers.get(type));
      assertThat(ofPointer.type()).isEqualTo(type);
      assertThat(ofPointer.count()).isEqualTo(3);
      assertThat(ofPointer.address()).isEqualTo(pointers.get(type).address());
    }
  }

  @Test
  void readOnlyBuffersAreNoOutputs() {
    NativeArray out = NativeArray.of(room(4).asReadOnlyBuffer());
    assertThat(out.readOnly()).isTrue();
    NativeArray source = NativeArray.of(floats(SOURCE));
    refused("out is an output, got a read-only one", () -> mix(source, out));
    mix(NativeArray.of(floats(SOURCE).asReadOnlyBuffer()), NativeArray.of(room(4)));
  }

  // ---- refusals ---------------------------------------------------------------------------------

  @Test
  void whatABufferMustBe() {
    refused("buffer is null", () -> NativeArray.of((Buffer) null));
    refused(
        "buffer must be a direct buffer, got one on the heap",
        () -> NativeArray.of(FloatBuffer.allocate(2)));
    refused(
        "buffer must be in native byte order, got the other one",
        () -> NativeArray.of(ByteBuffer.allocateDirect(8).order(otherOrder()).asFloatBuffer()));
    refused(
        "buffer must be aligned to 4 bytes, got 0x\\w+",
        () ->
            NativeArray.of(
                HostArrays.direct(9)
                    .position(1)
                    .slice()
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()));
    refused(
        "buffer must be of bytes, shorts, ints, longs, floats or doubles, got one of chars",
        () -> NativeArray.of(HostArrays.direct(8).asCharBuffer()));
  }

  private static ByteOrder otherOrder() {
    boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    return little ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  @Test
  void whatAPointerMustBe() {
    refused("pointer is null", () -> NativeArray.of((Pointer) null));
    refused("pointer is null", () -> NativeArray.of(new FloatPointer()));
    refused(
        "pointer must be a BytePointer, .*, got CharPointer",
        () -> NativeArray.of(new CharPointer(2)));
    refused(
        "pointer must have 0 <= position <= limit, got position 3 and limit 2",
        () -> NativeArray.of(new FloatPointer(2).position(3)));
  }

  @Test
  void whatAnAddressMustBe() {
    for (long address : new long[] {0, -8, Long.MIN_VALUE})
      refused(
          "address must be in 1..9223372036854775807, got " + address,
          () -> NativeArray.at(address, 1, DType.U8));
    for (long count : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE / 8 + 1})
      refused(
          "count must be in 0..1152921504606846975, got " + count,
          () -> NativeArray.at(64, count, DType.F64));
    refused(
        "address and count must end below 2\\^63, got 0x7ffffffffffffff8 and 2",
        () -> NativeArray.at(Long.MAX_VALUE - 7, 2, DType.F64));
    refused("address must be aligned to 8 bytes, got 0x44", () -> NativeArray.at(68, 2, DType.F64));
    refused("type is null", () -> NativeArray.at(64, 2, null));
  }

  @Test
  void sizesAndTypesOfArguments() {
    NativeArray source = NativeArray.of(floats(SOURCE));
    refused(
        "source must hold whole rows of 2 elements, \\(T, D=2\\), got 5",
        () -> mix(NativeArray.of(room(5)), NativeArray.of(room(4))));
    refused(
        "out must hold 4 elements \\(B=2, D=2\\), got 5",
        () -> mix(source, NativeArray.of(room(5))));
    refused(
        "source must be F32 \\(T, D=2\\), got I32",
        () -> mix(NativeArray.of(ints(1, 2, 3, 4, 5, 6)), NativeArray.of(room(4))));
    refused(
        "out must share no memory with source, got two that overlap",
        () -> mix(source, NativeArray.at(source.address() + 20, 4, DType.F32)));
  }

  /** Rows beyond what the kernels count. */
  @Test
  void tooManyRows() {
    NativeArray many = NativeArray.at(64, 1L << 31, DType.I32);
    NativeArray source = NativeArray.of(floats(SOURCE));
    try (KernelContext context = new KernelContext(1, 0)) {
      Mixing mixing = new Mixing(context);
      refused(
          "rows of rows must be in 1..2147483647, got 2147483648",
          () -> mixing.values(source, 2, many, source, 1, source));
      NativeArray wide = NativeArray.at(64, 1L << 60, DType.F32);
      refused(
          "out must have below 2\\^63 elements, got 8 x 1152921504606846976",
          () ->
              mixing.values(
                  wide, 1L << 60, NativeArray.of(ints(new int[8])), lambdas(8), 1, source));
      refused(
          "points of layer 0 must have below 2\\^63 elements, got 16 x 1152921504606846976",
          () ->
              new NonLin(context)
                  .measure(
                      List.of(new NonLin.Layer(source, wide)),
                      NativeArray.of(ints(0)),
                      lambdas(1),
                      1,
                      16));
    }
  }

  private static NativeArray lambdas(int count) {
    FloatBuffer ones = room(count);
    for (int i = 0; i < count; i++) ones.put(i, 1);
    return NativeArray.of(ones);
  }
}
