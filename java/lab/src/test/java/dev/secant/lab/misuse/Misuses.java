// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import dev.secant.kernels.KernelContext;
import dev.secant.kernels.NativeArray;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;

/** What can be wrong with an argument, by its type. */
final class Misuses {
  private Misuses() {}

  /** Wrong values, by what is wrong with them. */
  static Map<String, Object> of(Argument a, Object valid) {
    Map<String, Object> wrong = new LinkedHashMap<>();
    if (a.free()) return wrong;
    boolean primitive = valid instanceof Number || valid instanceof Boolean;
    if (!primitive && !a.optional()) wrong.put("null", null);
    if (valid instanceof Buffer b) buffer(a, b, wrong);
    if (valid instanceof NativeArray n) array(a, n, wrong);
    if (valid instanceof Number n) number(a, n, wrong);
    if (valid instanceof KernelContext) wrong.put("closed", closedContext());
    if (valid instanceof Tensor t) tensor(t, !a.large(), wrong);
    if (valid instanceof Record r) record(r, wrong);
    if (valid != null && valid.getClass().isArray()) array(valid, wrong);
    return wrong;
  }

  private static void buffer(Argument a, Buffer b, Map<String, Object> wrong) {
    wrong.put("on the heap", Buffers.onHeap(b));
    if (!(b instanceof ByteBuffer)) {
      wrong.put("in the other byte order", Buffers.inOtherOrder(b));
      wrong.put("misaligned", Buffers.misaligned(b));
    }
    elements(a, b, wrong);
  }

  /** What a native array can be made of, or become. */
  private static void array(Argument a, NativeArray n, Map<String, Object> wrong) {
    Map<String, Object> buffers = new LinkedHashMap<>();
    elements(a, Buffers.of(n), buffers);
    buffers.forEach((what, b) -> wrong.put(what, NativeArray.of((Buffer) b)));
    if (a.large()) return;
    LongBuffer longs = Buffers.bytes(8 * (int) n.count()).asLongBuffer();
    wrong.put("of type I64", NativeArray.of(longs));
    wrong.put("closed", closed(n));
  }

  private static NativeArray closed(NativeArray like) {
    Pointer memory =
        switch (like.type()) {
          case U8 -> new BytePointer(like.count());
          case I32 -> new IntPointer(like.count());
          case F64 -> new DoublePointer(like.count());
          default -> new FloatPointer(like.count());
        };
    NativeArray array = NativeArray.of(memory);
    memory.close();
    return array;
  }

  /** Too few elements, and wrong ones. */
  private static void elements(Argument a, Buffer b, Map<String, Object> wrong) {
    if (!a.large()) {
      wrong.put("one element short", Buffers.shorter(b));
      wrong.put("empty", Buffers.empty(b));
    }
    if (a.output()) wrong.put("read-only", Buffers.readOnly(b));
    if (a.limit() > 0) {
      for (int i : new int[] {-1, a.limit(), Integer.MIN_VALUE, Integer.MAX_VALUE})
        wrong.put("index " + i, Buffers.ending(b, i));
    }
    if (a.weights()) {
      for (float f : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 0.1f, -3e38f})
        wrong.put("weights that end with " + f, Buffers.ending(b, f));
    }
  }

  private static void number(Argument a, Number n, Map<String, Object> wrong) {
    List<Long> values = new ArrayList<>(List.of(-1L));
    if (!a.zero()) values.add(0L);
    values.add(n instanceof Long ? Long.MIN_VALUE : Integer.MIN_VALUE);
    if (!a.large()) values.add(n instanceof Long ? Long.MAX_VALUE : Integer.MAX_VALUE);
    for (long v : values) wrong.put(String.valueOf(v), n instanceof Long ? v : (Object) (int) v);
  }

  private static KernelContext closedContext() {
    KernelContext context = new KernelContext(1, 0);
    context.close();
    return context;
  }

  private static void tensor(Tensor t, boolean shape, Map<String, Object> wrong) {
    try (Arena arena = new Arena(new HostMemory())) {
      wrong.put("closed", arena.tensor(t.dtype(), t.shape().dims()));
    }
    Arena open = new Arena(Attempt.MEMORY);
    Attempt.KEPT.add(open);
    DType other = t.dtype() == DType.U8 ? DType.F64 : DType.U8;
    wrong.put("of type " + other, open.tensor(other, t.shape().dims()));
    if (!shape) return;
    long[] dims = t.shape().dims();
    long[] more = Arrays.copyOf(dims, dims.length + 1);
    more[dims.length] = 3;
    wrong.put("of one more axis", open.tensor(t.dtype(), more));
  }

  /** Each tensor that a record holds, in turn; the first word tells which. */
  private static void record(Record r, Map<String, Object> wrong) {
    for (RecordComponent c : r.getClass().getRecordComponents()) {
      if (!(Attempt.component(r, c) instanceof Tensor t)) continue;
      Map<String, Object> ofTensor = new LinkedHashMap<>();
      tensor(t, true, ofTensor);
      ofTensor.forEach(
          (what, value) -> wrong.put(c.getName() + " " + what, Attempt.with(r, c, value)));
    }
  }

  private static void array(Object valid, Map<String, Object> wrong) {
    Class<?> type = valid.getClass().getComponentType();
    wrong.put("of one more element", Array.newInstance(type, Array.getLength(valid) + 1));
    wrong.put("of no element", Array.newInstance(type, 0));
  }
}
