// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import dev.secant.backend.Consistency;
import dev.secant.backend.Normalisation;
import dev.secant.kernels.ContextMemory;
import dev.secant.kernels.DeviceKernels;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.Mixing;
import dev.secant.kernels.Recording;
import dev.secant.lab.misuse.Row.Expected;
import dev.secant.lab.misuse.Row.Group;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.javacpp.BytePointer;

/**
 * Every public method of what holds native memory, with arguments that are right; {@link Argument}
 * explains the notation, {@link Misuses} what is made of it.
 */
final class Table {
  static final List<Row> ROWS = new ArrayList<>();

  /** Two images of 4 x 2 x 3, three source rows, two mixed rows of two points each. */
  static final Mixing.ImageSize SIZE = new Mixing.ImageSize(4, 2, 3);

  static final Normalisation UNIT = Normalisation.unit(3);
  static final Consistency MEAN =
      new Consistency(Consistency.Space.LOGIT, Consistency.Reduction.MEAN);
  private static final BytePointer HOST = new BytePointer(64);

  private static Group group;

  static {
    contexts();
    KernelTable.add();
    memory();
    tensors();
    device();
    PlanTable.add();
  }

  private Table() {}

  static void on(Class<?> type, Function<World, Object> target, Consumer<World> close) {
    group = new Group(type, false, target, close, null);
  }

  static void onContext(Class<?> type, Function<World, Object> target) {
    group = new Group(type, false, target, w -> w.context().close(), w -> w.context().turn());
  }

  private static void onDevice(Class<?> type, Function<World, Object> target) {
    group = new Group(type, true, target, w -> w.device().close(), w -> w.device().turn());
  }

  /** Works, and throws after close. */
  static void works(String name, Function<World, Object[]> arguments) {
    ROWS.add(new Row(group, name, Expected.WORKS, arguments, ""));
  }

  static void works(String name) {
    works(name, w -> args());
  }

  /** Works, after close too. */
  static void always(String name, Function<World, Object[]> arguments) {
    ROWS.add(new Row(group, name, Expected.ALWAYS_WORKS, arguments, ""));
  }

  static void always(String... names) {
    for (String name : names) always(name, w -> args());
  }

  /** Throws as it stands. */
  static void refused(String why, String name, Object... arguments) {
    ROWS.add(new Row(group, name, Expected.THROWS, w -> arguments, why));
  }

  static Object[] args(Object... pairs) {
    return pairs;
  }

  // ---- contexts --------------------------------------------------------------------------------

  private static void contexts() {
    onContext(KernelContext.class, World::context);
    always("KernelContext", w -> args());
    always("KernelContext", w -> args("threads", 1));
    always("KernelContext", w -> args("threads", 1, "level+", 0));
    refused("level beyond 4", "KernelContext", "threads", 1, "level", 5);
    always("threads", "level", "onDevice", "processorLevel", "nativeBuild", "turn", "close");
    works("use");
    works("activations", w -> args("type", DType.F32));
    refused("integers", "activations", "type", DType.I32);
    always("nativeType", w -> args("type", DType.BF16));
    refused("doubles", "nativeType", "type", DType.F64);
    works("synchronize");
    always("check", w -> args("status*", 0));
    refused("no library", "cuda", "library", null, "ordinal", 0);
    for (String name : List.of("device", "stream", "beside")) refused("on a CPU", name);
    refused("on a CPU", "record", "body", (Runnable) () -> {});
    on(KernelContext.class, World::context, w -> w.context().close());
    works("handle");
  }

  // ---- memory ----------------------------------------------------------------------------------

  private static void memory() {
    onContext(ContextMemory.class, w -> new ContextMemory(w.context()));
    always("ContextMemory", w -> args("context", w.context()));
    space();
    works("allocate", w -> args("bytes|memory", 64L));

    on(HostMemory.class, w -> w.memory, w -> {});
    always("HostMemory", w -> args());
    space();
    always("allocate", w -> args("bytes|memory", 64L));
  }

  /** Only addresses that this memory gave are taken; what they mean elsewhere cannot be known. */
  private static void space() {
    always("name", "onHost");
    for (long address : new long[] {0, -1, 8, Long.MIN_VALUE, Long.MAX_VALUE, HOST.address()}) {
      String what = "address " + (address == HOST.address() ? "of another" : address);
      refused(what, "free", "address", address, "bytes", 8L);
      refused(what, "upload", "destination", address, "hostSource", HOST.address(), "bytes", 8L);
      refused(what, "download", "hostDestination", HOST.address(), "source", address, "bytes", 8L);
    }
  }

  private static void tensors() {
    Function<World, Turn> turn = w -> w.turn;
    Consumer<World> close = w -> w.arena().close();
    group = new Group(Arena.class, false, World::arena, close, turn);
    always("Arena", w -> args("space", w.memory));
    always("Arena", w -> args("space", w.memory, "turn", w.turn));
    works("tensor", w -> args("dtype", DType.F32, "dims*", new long[] {2, 3}));
    for (long[] dims :
        new long[][] {
          null,
          {0},
          {2, -1},
          {Long.MIN_VALUE},
          {Long.MAX_VALUE, 2},
          {1L << 32, 1L << 32},
          {Long.MAX_VALUE},
          {1L << 62},
          {1L << 60}
        }) {
      refused(
          "dims " + java.util.Arrays.toString(dims), "tensor", "dtype", DType.F32, "dims", dims);
    }
    always("space", "bytes", "close");

    tensor(DType.F32, turn, close);
    always("shape", "count", "dtype", "bytes", "toString");
    always("space");
    always("dim", w -> args("axis+", 0));
    for (String name : List.of("address", "requireOpen", "pointer", "floats", "activations")) {
      Group plain = group;
      group = new Group(Tensor.class, false, plain.target(), close, null);
      works(name);
      group = plain;
    }
    group = new Group(Tensor.class, false, group.target(), close, null);
    works("rows", w -> args("from+", 0L, "to", 1L));
    works("view", w -> args("from+", 1L, "dims*", new long[] {2}));
    refused("beyond the end", "view", "from", 5L, "dims", new long[] {2});
    refused("beyond 2^63", "view", "from", Long.MAX_VALUE, "dims", new long[] {2});
    refused("of no extents", "view", "from", 0L, "dims", null);
    works("reshape", w -> args("dims*", new long[] {3, 2}));
    refused("of another count", "reshape", "dims", new long[] {4});
    tensor(DType.F32, turn, close);
    works("toDoubles");
    works("toFloats");
    works("set", w -> args("values", new float[6]));
    works("set", w -> args("values", new double[6]));
    works("copyFrom", w -> args("other", w.arena().tensor(DType.F32, 2, 3)));
    for (String name : List.of("doubles", "ints", "longs", "unsignedBytes", "toBits", "toInts"))
      refused("of F32", name);
    for (String name : List.of("toLongs", "toBytes")) refused("of F32", name);
    refused("of F32", "set", "values", new int[6]);
    refused("of F32", "set", "values", new long[6]);
    refused("of F32", "set", "values", new byte[6]);
    only(DType.F64, "doubles", close, turn);
    only(DType.I32, "ints", close, turn);
    only(DType.I64, "longs", close, turn);
    only(DType.U8, "unsignedBytes", close, turn);
    tensor(DType.BF16, turn, close);
    works("toBits");
    works("set", w -> args("values", new float[6]));
    tensor(DType.I32, turn, close);
    works("toInts");
    works("set", w -> args("values", new int[6]));
    refused("of I32", "set", "values", new double[6]);
    refused("of I32", "set", "values", new float[6]);
    refused("of I32", "toDoubles");
    refused("of I32", "floats");
    refused("of I32", "activations");
    tensor(DType.I64, turn, close);
    works("toLongs");
    works("set", w -> args("values", new long[6]));
    tensor(DType.U8, turn, close);
    works("toBytes");
    works("set", w -> args("values", new byte[6]));
  }

  private static void tensor(DType dtype, Function<World, Turn> turn, Consumer<World> close) {
    group = new Group(Tensor.class, false, w -> w.arena().tensor(dtype, 2, 3), close, turn);
  }

  private static void only(
      DType dtype, String name, Consumer<World> close, Function<World, Turn> turn) {
    tensor(dtype, null, close);
    works(name);
  }

  // ---- devices ---------------------------------------------------------------------------------

  private static void device() {
    onDevice(KernelContext.class, World::device);
    always("cuda", w -> args("library", World.library(), "ordinal|device+", 0));
    always("cuda", w -> args("library", World.library(), "ordinal|device+", 0, "stream*", 0L));
    works("device");
    works("stream");
    works("beside");
    works("waitFor", w -> args("other", w.another()));
    works("record", w -> args("body", (Runnable) () -> {}));

    onDevice(Recording.class, World::recording);
    works("launch");
    works("nodes");
    group = new Group(Recording.class, true, World::recording, w -> {}, null);
    always("close");

    on(DeviceKernels.Pool.class, w -> null, w -> {});
    always("Pool", w -> args("pixels*", 16L, "count*", 1L, "size", SIZE));
    on(DeviceKernels.Layer.class, w -> null, w -> {});
    always("Layer", w -> args("points*", 16L, "mixed*", 16L, "features*", 1L, "type", DType.F32));

    onDevice(DeviceKernels.class, w -> new DeviceKernels(w.device()));
    always("DeviceKernels", w -> args("context", w.device()));
    works(
        "mixImages",
        w ->
            args(
                "pool",
                new DeviceKernels.Pool(w.onDevice(48), 2, SIZE),
                "normalisation",
                UNIT,
                "indices*",
                w.onDevice(12),
                "pairs",
                pairs(w),
                "out*",
                w.onDevice(192)));
    works(
        "mixValues",
        w ->
            args(
                "source*",
                w.onDevice(60),
                "features|source|out",
                5L,
                "pairs",
                pairs(w),
                "out*",
                w.onDevice(40)));
    works(
        "consistency",
        w ->
            args(
                "definition",
                MEAN,
                "student*",
                w.onDevice(40),
                "targets*",
                w.onDevice(60),
                "classes^",
                5,
                "pairs",
                pairs(w),
                "weight*",
                w.onDevice(4),
                "loss*",
                w.onDevice(4),
                "dL_dstudent*",
                w.onDevice(40),
                "dL_dtargets*",
                w.onDevice(60)));
    works(
        "nonlin",
        w ->
            args(
                "layers",
                List.of(new DeviceKernels.Layer(w.onDevice(60), w.onDevice(40), 5, DType.F32)),
                "pairs",
                pairs(w),
                "eps*",
                1e-12,
                "out*",
                w.onDevice(64)));
    works(
        "dirichlet",
        w ->
            args(
                "seed*",
                1L,
                "stream*",
                0,
                "step*",
                w.onDevice(8),
                "rows^",
                2,
                "alpha*",
                new double[] {.5, .5},
                "lambda*",
                w.onDevice(16)));
    addresses();
  }

  private static DeviceKernels.Pairs pairs(World w) {
    return new DeviceKernels.Pairs(w.onDevice(16), w.onDevice(16), 2, 2, 3);
  }

  /** Of an address only this is known: that it is null, or misaligned. */
  private static void addresses() {
    DeviceKernels.Pairs fine = new DeviceKernels.Pairs(16, 16, 1, 1, 1);
    DeviceKernels.Pool pool = new DeviceKernels.Pool(16, 1, SIZE);
    for (long wrong : new long[] {0, 17}) {
      String what = "address " + wrong;
      DeviceKernels.Pairs pairs = new DeviceKernels.Pairs(wrong, 16, 1, 1, 1);
      DeviceKernels.Pairs lambda = new DeviceKernels.Pairs(16, wrong, 1, 1, 1);
      refused(what + " of source", "mixValues", "", wrong, "", 4L, "", fine, "", 16L);
      refused(what + " of out", "mixValues", "", 16L, "", 4L, "", fine, "", wrong);
      refused(what + " of rows", "mixValues", "", 16L, "", 4L, "", pairs, "", 16L);
      refused(what + " of lambda", "mixValues", "", 16L, "", 4L, "", lambda, "", 16L);
      refused(what + " of indices", "mixImages", "", pool, "", UNIT, "", wrong, "", fine, "", 16L);
      refused(what + " of out", "mixImages", "", pool, "", UNIT, "", 16L, "", fine, "", wrong);
      double[] alpha = {.5};
      refused(what, "dirichlet", "", 1L, "", 0, "", wrong, "", 1, "", alpha, "", 16L);
      refused(what, "dirichlet", "", 1L, "", 0, "", 16L, "", 1, "", alpha, "", wrong);
    }
    refused("no layers", "nonlin", "", List.of(), "", fine, "", 1e-12, "", 16L);
  }
}
