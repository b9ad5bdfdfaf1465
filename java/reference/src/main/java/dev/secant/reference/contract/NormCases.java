// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import dev.secant.backend.Norm;
import dev.secant.backend.Norm.Statistics;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Norms: segments, running updates, residual adds in place and apart, gradients in place, slopes,
 * widths.
 */
final class NormCases {
  /** How v = x + residual is kept. */
  private enum Sum {
    NONE,
    APART,
    IN_X,
    IN_RESIDUAL
  }

  /** Where dL_dx goes, and whether something is added to it. */
  private enum Gradient {
    NONE,
    APART,
    IN_DL_DY,
    ADDED,
    IN_ADDEND
  }

  private record Options(
      int batch,
      int size,
      int channels,
      int segments,
      int updates,
      double slope,
      Sum sum,
      Gradient gradient) {
    long[] shape() {
      return new long[] {batch, size, size, channels};
    }

    String text() {
      String shape =
          batch
              + "x"
              + size
              + "x"
              + size
              + "x"
              + channels
              + " segments "
              + segments
              + " updates "
              + updates;
      return shape + " slope " + slope + " sum " + sum + " dL_dx " + gradient;
    }
  }

  private static final double EPS = 1e-3;

  /** Farther from the kink of the leaky ReLU than any rounding. */
  private static final double CLEAR_OF_KINK = 1e-3;

  private NormCases() {}

  static List<Case> all() {
    List<Options> batch = new ArrayList<>();
    batch.add(new Options(4, 6, 16, 1, 1, 0.1, Sum.NONE, Gradient.APART));
    batch.add(new Options(4, 6, 32, 2, 1, 0.1, Sum.APART, Gradient.IN_DL_DY));
    batch.add(new Options(6, 5, 48, 3, 2, 0.1, Sum.IN_X, Gradient.ADDED));
    batch.add(new Options(6, 4, 16, 3, 5, 0.1, Sum.IN_RESIDUAL, Gradient.IN_ADDEND));
    batch.add(new Options(3, 3, 5, 1, 1, 0.1, Sum.NONE, Gradient.IN_ADDEND));
    batch.add(new Options(2, 7, 3, 2, 3, 0.1, Sum.APART, Gradient.APART));
    batch.add(new Options(2, 8, 16, 1, 0, 1, Sum.NONE, Gradient.IN_DL_DY));
    batch.add(new Options(2, 8, 16, 1, 0, 0, Sum.IN_X, Gradient.APART));
    batch.add(new Options(8, 1, 33, 2, 1, 0.1, Sum.NONE, Gradient.APART));
    batch.add(new Options(8, 16, 16, 2, 1, 0.1, Sum.NONE, Gradient.APART));
    batch.add(new Options(4, 6, 128, 1, 1, 0.1, Sum.NONE, Gradient.NONE));
    batch.add(new Options(4, 6, 16, 1, 1, 0.1, Sum.APART, Gradient.NONE));
    List<Options> running = new ArrayList<>();
    running.add(new Options(3, 5, 16, 1, 0, 0.1, Sum.NONE, Gradient.NONE));
    running.add(new Options(3, 5, 48, 1, 0, 0.1, Sum.APART, Gradient.NONE));
    running.add(new Options(2, 3, 5, 1, 0, 1, Sum.IN_X, Gradient.NONE));
    List<Case> cases = new ArrayList<>();
    for (Options o : batch)
      cases.add(new Case("norm", "batch " + o.text(), stage -> runBatch(stage, o)));
    for (Options o : running)
      cases.add(new Case("norm", "running " + o.text(), stage -> runRunning(stage, o)));
    return cases;
  }

  private static Tensor sum(Stage stage, Sum kind, Tensor x, Tensor residual) {
    return switch (kind) {
      case NONE -> null;
      case APART -> stage.mapOutputLike(x);
      case IN_X -> x;
      case IN_RESIDUAL -> residual;
    };
  }

  private static void runRunning(Stage stage, Options o) {
    Tensor x = stage.map(-1, 1, o.shape());
    Tensor residual = o.sum == Sum.NONE ? null : stage.map(-1, 1, o.shape());
    Tensor sum = sum(stage, o.sum, x, residual);
    Tensor gamma = stage.uniform(-1.5, 1.5, o.channels);
    Tensor beta = stage.uniform(-0.5, 0.5, o.channels);
    Tensor mean = stage.uniform(-0.5, 0.5, o.channels);
    Tensor variance = stage.uniform(0.5, 2, o.channels);
    Tensor y = stage.mapOutputLike(x);
    Norm.Tensors tensors =
        new Norm.Tensors(
            x, residual, sum, gamma, beta, mean, variance, null, y, null, null, null, null, null);
    stage.plan().norm(new Norm.Spec(Statistics.RUNNING, 1, 0, EPS, o.slope), tensors).forward();
    if (sum != null) stage.compareMap("sum", sum, stage.tolerance().chain(2));
    stage.compareMap("y", y, stage.tolerance().sum(0, 1.5 * 2.5 / Math.sqrt(0.5) + 0.5));
    stage.same("runningMean", mean);
  }

  private static void runBatch(Stage stage, Options o) {
    Tensor x = stage.map(-1, 3, o.shape());
    Tensor residual = o.sum == Sum.NONE ? null : stage.map(-1, 1, o.shape());
    Tensor sum = sum(stage, o.sum, x, residual);
    double[] v = x.toDoubles();
    if (residual != null) add(v, residual.toDoubles());
    Tensor gamma = stage.uniform(-1.5, 1.5, o.channels);
    Tensor beta = stage.uniform(-0.5, 0.5, o.channels);
    Tensor runningMean = o.updates == 0 ? null : stage.uniform(-1, 1, o.channels);
    Tensor runningVariance = o.updates == 0 ? null : stage.uniform(0.5, 2, o.channels);
    Tensor rate = o.updates == 0 ? null : stage.scalar(0.75);
    Tensor y = stage.mapOutputLike(x);
    boolean gradient = o.gradient != Gradient.NONE;
    Tensor dL_dy = gradient ? stage.map(-1, 1, o.shape()) : null;
    boolean added = o.gradient == Gradient.ADDED || o.gradient == Gradient.IN_ADDEND;
    Tensor addend = added ? stage.map(-1, 1, o.shape()) : null;
    Tensor dL_dx =
        switch (o.gradient) {
          case NONE -> null;
          case APART, ADDED -> stage.mapOutputLike(x);
          case IN_DL_DY -> dL_dy;
          case IN_ADDEND -> addend;
        };
    Tensor dL_dgamma = gradient ? stage.output(o.channels) : null;
    Tensor dL_dbeta = gradient ? stage.output(o.channels) : null;
    Norm.Tensors t =
        new Norm.Tensors(
            x,
            residual,
            sum,
            gamma,
            beta,
            runningMean,
            runningVariance,
            rate,
            y,
            dL_dy,
            addend,
            dL_dx,
            dL_dgamma,
            dL_dbeta);
    Norm norm =
        stage.plan().norm(new Norm.Spec(Statistics.BATCH, o.segments, o.updates, EPS, o.slope), t);
    norm.forward();
    compareForward(stage, o, t, Spread.of(v, o));
    if (!gradient) return;
    clearKink(stage, o, t);
    norm.backward();
    compareBackward(stage, o, t, Spread.of(v, o));
  }

  private static void add(double[] v, double[] residual) {
    for (int i = 0; i < v.length; i++) v[i] += residual[i];
  }

  /**
   * Zeroes dL_dy where a rounding could push z over the kink: either one-sided gradient would be
   * right there.
   */
  private static void clearKink(Stage stage, Options o, Norm.Tensors t) {
    double[] y = stage.agreed(() -> t.y().toDoubles());
    double[] gradient = t.dL_dy().toDoubles();
    for (int i = 0; i < y.length; i++) {
      double z = y[i] > 0 || o.slope == 0 ? y[i] : y[i] / o.slope;
      if (o.slope != 0 && o.slope != 1 && Math.abs(z) < CLEAR_OF_KINK) gradient[i] = 0;
      if (o.slope == 0 && y[i] > 0 && y[i] < CLEAR_OF_KINK) gradient[i] = 0;
    }
    t.dL_dy().set(gradient);
  }

  /** Sizes that bound the roundings: of v, of 1/σ, of normalised values. */
  private record Spread(double pixels, double largest, double gain, double normalised) {
    static Spread of(double[] v, Options o) {
      int segment = v.length / o.segments;
      double gain = 0;
      double normalised = 0;
      for (int s = 0; s < o.segments; s++) {
        for (int c = 0; c < o.channels; c++) {
          double[] values = channel(v, s * segment + c, segment / o.channels, o.channels);
          double mean = Arrays.stream(values).average().orElseThrow();
          double variance =
              Arrays.stream(values)
                  .map(value -> (value - mean) * (value - mean))
                  .average()
                  .orElseThrow();
          double inverse = 1 / Math.sqrt(variance + EPS);
          gain = Math.max(gain, inverse);
          for (double value : values)
            normalised = Math.max(normalised, Math.abs(value - mean) * inverse);
        }
      }
      return new Spread((double) segment / o.channels, Stage.largest(v), gain, normalised);
    }

    private static double[] channel(double[] v, int first, int count, int stride) {
      double[] values = new double[count];
      for (int i = 0; i < count; i++) values[i] = v[first + i * stride];
      return values;
    }

    /**
     * Of x̂: the mean is off by roundings of v, and 1/σ by half the relative error of the variance.
     */
    double normalisedMagnitude() {
      return gain * largest * (1 + normalised * normalised);
    }
  }

  private static void compareForward(Stage stage, Options o, Norm.Tensors t, Spread spread) {
    Tolerance tolerance = stage.tolerance();
    if (t.sum() != null) stage.compareMap("sum", t.sum(), tolerance.chain(spread.largest));
    stage.compareMap(
        "y", t.y(), tolerance.mean(spread.pixels, 1.5 * spread.normalisedMagnitude() + 0.5));
    if (o.updates == 0) return;
    stage.compare("runningMean", t.runningMean(), tolerance.mean(spread.pixels, spread.largest));
    double squared = 2 * spread.largest * spread.largest + 2;
    stage.compare("runningVariance", t.runningVariance(), tolerance.mean(spread.pixels, squared));
  }

  private static void compareBackward(Stage stage, Options o, Norm.Tensors t, Spread spread) {
    Tolerance tolerance = stage.tolerance();
    double n = spread.pixels;
    double inverse = 1.5 * spread.gain * (1 + spread.normalised * spread.normalised);
    stage.compareMap(
        "dL_dx", t.dL_dx(), tolerance.mean(n, inverse * (1 + spread.gain * spread.largest) + 1));
    double term = spread.normalised + spread.gain * spread.largest;
    stage.compare("dL_dgamma", t.dL_dgamma(), tolerance.sum(n * o.segments, term));
    stage.compare("dL_dbeta", t.dL_dbeta(), tolerance.sum(n * o.segments, 1));
  }
}
