// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.Arguments.apart;
import static dev.secant.kernels.Arguments.array;
import static dev.secant.kernels.Arguments.fewRows;
import static dev.secant.kernels.Arguments.given;
import static dev.secant.kernels.Arguments.onHost;
import static dev.secant.kernels.Arguments.output;
import static dev.secant.kernels.Arguments.product;
import static dev.secant.kernels.Arguments.range;
import static dev.secant.kernels.Arguments.rows;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_nonlin_layer;
import dev.secant.tensor.DType;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * Normalised NonLin of the layers of any network (eq. 3 of the paper): how far f̂(Mix_λ x) is from
 * Mix_λ f̂(x), with f̂ = f/‖f‖₂ over all features of a row. Shape letters: L layers, B pairs, K
 * points each (1..16), T source rows, D features. Weights sum to 1 within 1e-4; differences are
 * formed in double, and results are within 1e-5 of their value + 1e-7. Same thread rules as the
 * {@link KernelContext}. A wrong argument throws {@link IllegalArgumentException} with what was
 * expected and found, before anything is written; something closed {@link IllegalStateException}.
 */
public final class NonLin {
  /** Shortest vector that is normalised by its own length. */
  private static final double EPS = 1e-12;

  private final KernelContext context;

  public NonLin(KernelContext context) {
    this.context = onHost("NonLin", context);
  }

  /**
   * One layer's activations, both F32 or both BF16.
   *
   * @param points (T, D) of the points
   * @param mixed (B, D) of the mixed inputs
   */
  public record Layer(NativeArray points, NativeArray mixed) {
    public Layer {
      given("points", points);
      given("mixed", mixed);
    }

    /** Of direct buffers in native order. */
    public Layer(FloatBuffer points, FloatBuffer mixed) {
      this(NativeArray.of("points", points), NativeArray.of("mixed", mixed));
    }
  }

  /**
   * One pair's result: ‖f̂(Mix) − Mix f̂‖, its floor ‖unit(Mix f) − Mix f̂‖, ‖f(Mix) − Mix f‖/‖Mix
   * f‖, and 1 − cos(f(Mix), Mix f).
   */
  public record Pair(double distance, double floor, double relative, double oneMinusCos) {}

  /**
   * {@link #measure(List, NativeArray, NativeArray, int, int)} with direct buffers in native order.
   */
  public List<List<Pair>> measure(
      List<Layer> layers, IntBuffer rows, FloatBuffer lambda, int ways, int sources) {
    return measure(
        layers, NativeArray.of("rows", rows), NativeArray.of("lambda", lambda), ways, sources);
  }

  /**
   * Results per layer and pair.
   *
   * @param rows (B, K) I32, source row of each point, in [0, T)
   * @param lambda (B, K) F32 weights
   * @param ways K
   * @param sources T
   */
  public List<List<Pair>> measure(
      List<Layer> layers, NativeArray rows, NativeArray lambda, int ways, int sources) {
    range("ways", ways, 1, Secant.SECANT_MAX_WAYS);
    int pairs = pairs(rows, ways);
    int count = given("layers", layers).size();
    try (DoublePointer out =
            new DoublePointer(Math.max(1, (long) count * pairs * Secant.SECANT_NONLIN_FIELDS));
        BoundNonLin bound = bind(layers, rows, lambda, ways, sources, NativeArray.of(out))) {
      bound.run();
      return results(out, count, pairs);
    }
  }

  /**
   * The same for many runs, without allocating.
   *
   * @param out (L, B, 4) F64, overwritten: the fields of a {@link Pair} in their order
   */
  public BoundNonLin bind(
      List<Layer> layers,
      NativeArray rows,
      NativeArray lambda,
      int ways,
      int sources,
      NativeArray out) {
    range("ways", ways, 1, Secant.SECANT_MAX_WAYS);
    range("sources", sources, 1, Integer.MAX_VALUE);
    List<Layer> all = new ArrayList<>(given("layers", layers));
    range("number of layers", all.size(), 1, Integer.MAX_VALUE);
    int batch = pairs(rows, ways);
    array("lambda", lambda, DType.F32, (long) batch * ways, "(B=" + batch + ", K=" + ways + ")");
    String shape = "(L=" + all.size() + ", B=" + batch + ", 4)";
    long results = product("out", (long) all.size() * batch, Secant.SECANT_NONLIN_FIELDS);
    output("out", out, DType.F64, results, shape);
    apart("out", out, "rows", rows);
    apart("out", out, "lambda", lambda);
    long[] features = new long[all.size()];
    for (int l = 0; l < features.length; l++)
      features[l] = features(all.get(l), l, batch, sources, out);
    return BoundCall.bound(
        context,
        () -> new BoundNonLin(context),
        call -> {
          secant_nonlin_layer list =
              call.own(NativeStruct.of(() -> new secant_nonlin_layer(features.length)));
          for (int l = 0; l < features.length; l++) fill(call, list, all.get(l), l, features[l]);
          list.position(0);
          IntPointer nativeRows = call.ints("rows", rows);
          FloatPointer nativeLambda = call.weights(lambda, batch, ways);
          call.keep("out", out);
          DoublePointer nativeOut = Address.doubles(out.address());
          call.calls(
              handle ->
                  Secant.secant_nonlin(
                      handle,
                      features.length,
                      list,
                      batch,
                      ways,
                      sources,
                      nativeRows,
                      nativeLambda,
                      EPS,
                      nativeOut));
        });
  }

  private static int pairs(NativeArray rows, int ways) {
    return fewRows("rows", rows, DType.I32, ways, "(B, K=" + ways + ")");
  }

  /** D of a layer whose two arrays belong together and to the rest. */
  private static long features(Layer layer, int l, int batch, int sources, NativeArray out) {
    given("layer " + l, layer);
    String mixed = "mixed of layer " + l;
    String points = "points of layer " + l;
    DType type = layer.mixed().type() == DType.BF16 ? DType.BF16 : DType.F32;
    long features = rows(mixed, layer.mixed(), type, batch, "D columns of B=" + batch);
    long elements = product(points, sources, features);
    array(points, layer.points(), type, elements, "(T=" + sources + ", D=" + features + ")");
    apart("out", out, mixed, layer.mixed());
    apart("out", out, points, layer.points());
    return features;
  }

  private static void fill(
      BoundNonLin call, secant_nonlin_layer list, Layer layer, int l, long features) {
    list.position(l)
        .points(call.floats("points of layer " + l, layer.points()))
        .mixed(call.floats("mixed of layer " + l, layer.mixed()))
        .features(features)
        .type(KernelContext.nativeType(layer.points().type()));
  }

  private static List<List<Pair>> results(DoublePointer out, int layers, int batch) {
    List<List<Pair>> all = new ArrayList<>();
    long at = 0;
    for (int l = 0; l < layers; l++) {
      List<Pair> ofLayer = new ArrayList<>();
      for (int b = 0; b < batch; b++, at += Secant.SECANT_NONLIN_FIELDS) {
        ofLayer.add(new Pair(out.get(at), out.get(at + 1), out.get(at + 2), out.get(at + 3)));
      }
      all.add(ofLayer);
    }
    return all;
  }
}
