// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.Arguments.buffer;
import static dev.secant.kernels.Arguments.given;
import static dev.secant.kernels.Arguments.onHost;
import static dev.secant.kernels.Arguments.range;
import static dev.secant.kernels.Arguments.rows;
import static dev.secant.kernels.Arguments.weights;
import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_nonlin_layer;
import dev.secant.tensor.Turn;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * Normalised NonLin of the layers of any network (eq. 3 of the paper). Shape letters: B pairs, K
 * points each, T source rows, D features. Buffers are direct, in native order; weights sum to 1
 * within 1e-4. Same thread rules as the {@link KernelContext}.
 */
public final class NonLin {
  private static final double EPS = 1e-12;
  private final KernelContext context;

  public NonLin(KernelContext context) {
    this.context = onHost("NonLin", context);
  }

  /**
   * One layer's activations.
   *
   * @param points (T, D) of the points
   * @param mixed (B, D) of the mixed inputs
   */
  public record Layer(FloatBuffer points, FloatBuffer mixed) {}

  /**
   * One pair's result: ‖f̂(Mix) − Mix f̂‖, its floor ‖unit(Mix f) − Mix f̂‖, ‖f(Mix) − Mix f‖/‖Mix
   * f‖, and 1 − cos(f(Mix), Mix f).
   */
  public record Pair(double distance, double floor, double relative, double oneMinusCos) {}

  /**
   * Results per layer and pair.
   *
   * @param rows (B, K) source row of each point
   * @param lambda (B, K) weights
   * @param sources T
   */
  public List<List<Pair>> measure(
      List<Layer> layers, IntBuffer rows, FloatBuffer lambda, int ways, int sources) {
    range("ways", ways, 1, Secant.SECANT_MAX_WAYS);
    range("sources", sources, 1, Integer.MAX_VALUE);
    range("number of layers", given("layers", layers).size(), 1, Integer.MAX_VALUE);
    int batch = rows("rows", rows, ways, "(B, K=" + ways + ")");
    weights(lambda, batch, ways);
    List<FloatPointer> held = new ArrayList<>();
    try (Turn.Use use = context.use();
        secant_nonlin_layer nativeLayers =
            NativeStruct.of(() -> new secant_nonlin_layer(layers.size()));
        IntPointer nativeRows = new IntPointer(rows);
        FloatPointer nativeLambda = new FloatPointer(lambda);
        DoublePointer out =
            new DoublePointer((long) layers.size() * batch * Secant.SECANT_NONLIN_FIELDS)) {
      for (int l = 0; l < layers.size(); l++)
        fill(nativeLayers.position(l), layers.get(l), l, batch, sources, held);
      check(
          Secant.secant_nonlin(
              context.handle(),
              layers.size(),
              nativeLayers.position(0),
              batch,
              ways,
              sources,
              nativeRows,
              nativeLambda,
              EPS,
              out));
      return pairs(out, layers.size(), batch);
    } finally {
      held.forEach(FloatPointer::close);
    }
  }

  private static void fill(
      secant_nonlin_layer target,
      Layer layer,
      int l,
      int batch,
      int sources,
      List<FloatPointer> held) {
    given("layer " + l, layer);
    int features = rows("mixed of layer " + l, layer.mixed(), batch, "D columns of B=" + batch);
    buffer(
        "points of layer " + l,
        layer.points(),
        (long) sources * features,
        "(T=" + sources + ", D=" + features + ")");
    FloatPointer points = new FloatPointer(layer.points());
    FloatPointer mixed = new FloatPointer(layer.mixed());
    held.add(points);
    held.add(mixed);
    target.points(points).mixed(mixed).features(features).type(Secant.SECANT_FLOAT32);
  }

  private static List<List<Pair>> pairs(DoublePointer out, int layers, int batch) {
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
