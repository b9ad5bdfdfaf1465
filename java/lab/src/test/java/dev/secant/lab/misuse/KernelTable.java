// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.misuse;

import static dev.secant.lab.misuse.Buffers.bytes;
import static dev.secant.lab.misuse.Buffers.doubles;
import static dev.secant.lab.misuse.Buffers.floats;
import static dev.secant.lab.misuse.Buffers.ints;
import static dev.secant.lab.misuse.Buffers.weights;
import static dev.secant.lab.misuse.Table.MEAN;
import static dev.secant.lab.misuse.Table.SIZE;
import static dev.secant.lab.misuse.Table.UNIT;
import static dev.secant.lab.misuse.Table.always;
import static dev.secant.lab.misuse.Table.args;
import static dev.secant.lab.misuse.Table.on;
import static dev.secant.lab.misuse.Table.onContext;
import static dev.secant.lab.misuse.Table.refused;
import static dev.secant.lab.misuse.Table.works;

import dev.secant.backend.Consistency;
import dev.secant.backend.Normalisation;
import dev.secant.kernels.BoundCall;
import dev.secant.kernels.BoundConsistency;
import dev.secant.kernels.BoundDirichlet;
import dev.secant.kernels.BoundMixing;
import dev.secant.kernels.BoundNonLin;
import dev.secant.kernels.ConsistencyLoss;
import dev.secant.kernels.Dirichlet;
import dev.secant.kernels.Mixing;
import dev.secant.kernels.NativeArray;
import dev.secant.kernels.NonLin;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** The rows of the facades, with buffers, with native arrays and bound. */
final class KernelTable {
  private KernelTable() {}

  static void add() {
    nativeArrays();
    mixing();
    consistency();
    nonlin();
    dirichlet();
    bound();
  }

  /** The same arguments with native arrays in place of buffers. */
  private static Object[] viewed(Object[] pairs) {
    Object[] all = pairs.clone();
    for (int i = 1; i < all.length; i += 2)
      if (all[i] instanceof Buffer b) all[i] = NativeArray.of(b);
    return all;
  }

  /** Works with buffers, with native arrays, and bound. */
  private static void forms(String name, String bind, Function<World, Object[]> arguments) {
    works(name, arguments);
    works(name, w -> viewed(arguments.apply(w)));
    works(bind, w -> viewed(arguments.apply(w)));
  }

  private static void refusedForms(String why, String name, Object[] arguments) {
    refused(why, name, arguments);
    refused(why + ", native arrays", name, viewed(arguments));
  }

  // ---- native arrays ----------------------------------------------------------------------------

  private static void nativeArrays() {
    NativeArray array = NativeArray.of(floats(6));
    on(NativeArray.class, w -> array, w -> {});
    always("of", w -> args("buffer^", floats(6)));
    always("of", w -> args("pointer", new FloatPointer(6)));
    always("of", w -> args("tensor*", w.arena().tensor(DType.F32, 2, 3)));
    refused("null", "of", "tensor", null);
    refused("of a closed arena", "of", "tensor", closedTensor());
    always("at", w -> args("address", array.address(), "count+", 6L, "type", DType.F32));
    refused("beyond 2^63", "at", "address", Long.MAX_VALUE - 3, "count", 6L, "type", DType.F32);
    refused("misaligned", "at", "address", array.address() + 1, "count", 5L, "type", DType.F32);
    refused("chars", "of", "buffer", bytes(8).asCharBuffer());
    refused("closed", "of", "pointer", closed(new FloatPointer(6)));
    refused("untyped", "of", "pointer", new Pointer(new BytePointer(8)));
    refused("past its limit", "of", "pointer", new FloatPointer(6).position(7));
    refused("no type", "segment", "segment", "memory", "type", null);
    refused("no segment", "segment", "segment", null, "type", DType.F32);
    refused("text", "segment", "segment", "memory", "type", DType.F32);
    always("address", "count", "type", "readOnly", "toString");
  }

  private static Tensor closedTensor() {
    try (Arena arena = new Arena(new HostMemory())) {
      return arena.tensor(DType.F32, 2, 3);
    }
  }

  private static Pointer closed(Pointer pointer) {
    pointer.close();
    return pointer;
  }

  // ---- mixing -----------------------------------------------------------------------------------

  private static void mixing() {
    on(Mixing.ImageSize.class, w -> SIZE, w -> {});
    always("ImageSize", w -> args("height^", 4, "width^", 2, "channels", 3));
    int most = Integer.MAX_VALUE;
    refused("beyond 2^63", "ImageSize", "height", most, "width", most, "channels", 4);

    onContext(Mixing.class, w -> new Mixing(w.context()));
    always("Mixing", w -> args("context", w.context()));
    forms("images", "bindImages", w -> images(UNIT));
    refusedForms("another number of channels", "images", images(Normalisation.unit(1)));
    refusedForms("no scale", "images", images(new Normalisation(null, new float[3])));
    refusedForms("a scale that is not finite", "images", images(infinite()));
    works("values", w -> values(2, 5));
    works("values", w -> viewed(values(2, 5L)));
    works("bindValues", w -> viewed(values(2, 5L)));
    refused("17 ways", "values", values(17, 5));
    refused("17 ways, native arrays", "values", viewed(values(17, 5L)));
  }

  private static Normalisation infinite() {
    return new Normalisation(new float[] {1, Float.NaN, 1}, new float[3]);
  }

  private static Object[] images(Normalisation normalisation) {
    return args(
        "pixels",
        bytes(48),
        "size",
        SIZE,
        "normalisation",
        normalisation,
        "indices|rows<2",
        ints(3),
        "rows|lambda<3",
        Buffers.ending(ints(4), 2),
        "lambda=1",
        weights(2, 2),
        "ways|rows|lambda",
        2,
        "out!",
        floats(48));
  }

  private static Object[] values(int ways, Number features) {
    return args(
        "source",
        floats(15),
        "features|source",
        features,
        "rows|lambda<3",
        ints(2 * ways),
        "lambda=1",
        weights(2, ways),
        "ways|rows|lambda",
        ways,
        "out!",
        floats(10));
  }

  // ---- consistency loss -------------------------------------------------------------------------

  private static void consistency() {
    onContext(ConsistencyLoss.class, w -> new ConsistencyLoss(w.context(), MEAN));
    always("ConsistencyLoss", w -> args("context", w.context(), "definition", MEAN));
    Consistency nowhere = new Consistency(null, Consistency.Reduction.SUM);
    refused("no context", "ConsistencyLoss", "context", null, "definition", nowhere);
    works("evaluate", w -> evaluate(2f));
    works("evaluate", w -> viewed(evaluate(2f)));
    works("bind", w -> bindConsistency());
    refusedForms("a weight that is not finite", "evaluate", evaluate(Float.NaN));
  }

  private static Object[] evaluate(float weight) {
    return args(
        "student|rows",
        floats(10),
        "targets|rows|sources",
        floats(15),
        "classes|student",
        5,
        "rows|lambda|ways<3",
        ints(4),
        "lambda=1",
        weights(2, 2),
        "weight*",
        weight,
        "dL_dstudent!?",
        floats(10),
        "dL_dtargets!?",
        floats(15));
  }

  /** Without the weight, which a run takes. */
  private static Object[] bindConsistency() {
    Object[] all = viewed(evaluate(1));
    Object[] bound = new Object[all.length - 2];
    System.arraycopy(all, 0, bound, 0, 10);
    System.arraycopy(all, 12, bound, 10, 4);
    return bound;
  }

  // ---- NonLin -----------------------------------------------------------------------------------

  private static void nonlin() {
    on(NonLin.Layer.class, w -> null, w -> {});
    always("Layer", w -> args("points^", floats(15), "mixed^", floats(10)));
    always("Layer", w -> viewed(args("points^", floats(15), "mixed^", floats(10))));

    onContext(NonLin.class, w -> new NonLin(w.context()));
    always("NonLin", w -> args("context", w.context()));
    works("measure", w -> measure(List.of(layer(15, 10))));
    works("measure", w -> viewed(measure(List.of(layer(15, 10)))));
    works("bind", w -> bindNonLin());
    refusedForms("no layer", "measure", measure(List.of()));
    refusedForms("a layer of other rows", "measure", measure(List.of(layer(14, 10))));
    refusedForms("a layer of other columns", "measure", measure(List.of(layer(15, 11))));
    refusedForms("a null layer", "measure", measure(java.util.Arrays.asList((Object) null)));
    NativeArray some = NativeArray.of(floats(10));
    NativeArray whole = NativeArray.of(ints(15));
    refusedForms("a layer of ints", "measure", measure(List.of(new NonLin.Layer(whole, some))));
  }

  private static NonLin.Layer layer(int points, int mixed) {
    return new NonLin.Layer(floats(points), floats(mixed));
  }

  private static Object[] measure(List<?> layers) {
    return args(
        "layers",
        layers,
        "rows|lambda<3",
        ints(4),
        "lambda=1",
        weights(2, 2),
        "ways|rows|lambda",
        2,
        "sources|points",
        3);
  }

  private static Object[] bindNonLin() {
    Object[] all = java.util.Arrays.copyOf(viewed(measure(List.of(layer(15, 10)))), 12);
    all[10] = "out!";
    all[11] = NativeArray.of(doubles(8));
    return all;
  }

  // ---- Dirichlet --------------------------------------------------------------------------------

  private static void dirichlet() {
    onContext(Dirichlet.class, w -> new Dirichlet(w.context(), .5, .5));
    double[] alpha = {.5, .5};
    always("Dirichlet", w -> args("context", w.context(), "alpha*", alpha));
    works("draw", w -> draw(0, 0L));
    works("draw", w -> viewed(draw(0, 0L)));
    works("bind", w -> viewed(args("seed*", 7L, "stream*", 0, "lambda!", floats(6))));
    refusedForms("stream 4", "draw", draw(4, 0L));
    refusedForms("step -1", "draw", draw(0, -1L));
    refusedForms("step 2^32", "draw", draw(0, 1L << 32));
  }

  private static Object[] draw(int stream, long step) {
    return args("seed*", 7L, "stream*", stream, "step*", step, "lambda!", floats(6));
  }

  // ---- bound ------------------------------------------------------------------------------------

  private static void bound() {
    on(BoundCall.class, KernelTable::boundMixing, w -> w.context().close());
    always("close");
    onContext(BoundMixing.class, w -> w.open(boundMixing(w)));
    works("run");
    onContext(BoundConsistency.class, w -> w.open(boundConsistency(w)));
    works("run", w -> args("weight*", 1f));
    refused("a weight that is not finite", "run", "weight", Float.NaN);
    onContext(BoundNonLin.class, w -> w.open(boundNonLin(w)));
    works("run");
    onContext(BoundDirichlet.class, w -> w.open(boundDirichlet(w)));
    works("run", w -> args("step*", 0L));
    refused("step -1", "run", "step", -1L);
    refused("step 2^32", "run", "step", 1L << 32);
  }

  private static NativeArray array(Object[] pairs, int argument) {
    return (NativeArray) pairs[2 * argument + 1];
  }

  private static BoundMixing boundMixing(World w) {
    Object[] a = viewed(values(2, 5L));
    return new Mixing(w.context())
        .bindValues(array(a, 0), 5, array(a, 2), array(a, 3), 2, array(a, 5));
  }

  private static BoundConsistency boundConsistency(World w) {
    Object[] a = bindConsistency();
    return new ConsistencyLoss(w.context(), MEAN)
        .bind(array(a, 0), array(a, 1), 5, array(a, 3), array(a, 4), array(a, 5), array(a, 6));
  }

  private static BoundNonLin boundNonLin(World w) {
    Object[] a = bindNonLin();
    return new NonLin(w.context())
        .bind(List.of(layer(15, 10)), array(a, 1), array(a, 2), 2, 3, array(a, 5));
  }

  private static BoundDirichlet boundDirichlet(World w) {
    FloatBuffer lambda = floats(6);
    return new Dirichlet(w.context(), .5, .5).bind(7, 0, NativeArray.of(lambda));
  }
}
