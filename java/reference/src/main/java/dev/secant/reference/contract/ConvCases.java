// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import dev.secant.backend.Conv2d;
import dev.secant.backend.Norm;
import dev.secant.backend.Op;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Convolutions: the kernels, strides and widths of the network, odd sizes, images smaller than the
 * kernel.
 */
final class ConvCases {
  private ConvCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    cases.add(of(new Conv2d.Spec(3, 6, 10, 3, 16, 3, 1), false, false));
    cases.add(of(new Conv2d.Spec(2, 8, 8, 16, 16, 3, 1), false, true));
    cases.add(of(new Conv2d.Spec(2, 14, 10, 48, 32, 3, 1), false, true));
    cases.add(of(new Conv2d.Spec(2, 8, 8, 16, 32, 3, 2), false, true));
    cases.add(of(new Conv2d.Spec(2, 8, 8, 16, 32, 1, 2), false, true));
    cases.add(of(new Conv2d.Spec(2, 6, 6, 48, 32, 1, 1), false, true));
    cases.add(of(new Conv2d.Spec(2, 4, 4, 64, 128, 3, 2), false, true));
    cases.add(of(new Conv2d.Spec(1, 2, 2, 16, 48, 3, 2), true, true));
    cases.add(of(new Conv2d.Spec(1, 5, 7, 5, 3, 3, 1), true, true));
    cases.add(of(new Conv2d.Spec(5, 3, 4, 3, 5, 1, 1), true, true));
    cases.add(of(new Conv2d.Spec(1, 1, 1, 3, 5, 3, 1), true, true));
    cases.add(of(new Conv2d.Spec(3, 7, 1, 16, 17, 3, 1), false, true));
    cases.add(forwardOnly(new Conv2d.Spec(2, 8, 6, 32, 16, 3, 1)));
    cases.add(withNorm(new Conv2d.Spec(2, 8, 6, 16, 32, 3, 1), false, Norm.Statistics.RUNNING));
    cases.add(withNorm(new Conv2d.Spec(3, 8, 8, 16, 48, 3, 2), true, Norm.Statistics.RUNNING));
    cases.add(withNorm(new Conv2d.Spec(2, 5, 3, 5, 7, 3, 1), false, Norm.Statistics.RUNNING));
    cases.add(withNorm(new Conv2d.Spec(2, 4, 4, 16, 16, 3, 1), false, Norm.Statistics.BATCH));
    return cases;
  }

  private static String name(Conv2d.Spec s, String detail) {
    String shape = s.batch() + "x" + s.height() + "x" + s.width() + " " + s.in() + "->" + s.out();
    return shape + " kernel " + s.kernel() + " stride " + s.stride() + detail;
  }

  private static Case of(Conv2d.Spec s, boolean bias, boolean toInput) {
    String detail = (bias ? " bias" : "") + (toInput ? "" : " without dL_dx");
    return new Case("conv2d", name(s, detail), stage -> run(stage, s, bias, toInput));
  }

  private static void run(Stage stage, Conv2d.Spec s, boolean bias, boolean toInput) {
    Tensor x = stage.map(-1, 1, s.batch(), s.height(), s.width(), s.in());
    Tensor w = stage.map(-1, 1, s.out(), s.kernel(), s.kernel(), s.in());
    Tensor b = bias ? stage.uniform(-1, 1, s.out()) : null;
    Tensor y = stage.mapOutput(s.batch(), s.outHeight(), s.outWidth(), s.out());
    Tensor dL_dy = stage.map(-1, 1, y.shape().dims());
    Tensor dL_dx = toInput ? stage.mapOutputLike(x) : null;
    Tensor dL_dw = stage.outputLike(w);
    Tensor dL_db = bias ? stage.outputLike(b) : null;
    Conv2d conv =
        stage.plan().conv2d(s, new Conv2d.Tensors(x, w, b, y, dL_dy, dL_dx, dL_dw, dL_db));
    conv.forward();
    if (toInput) conv.backwardData();
    conv.backwardWeights();
    double taps = s.kernel() * s.kernel();
    double pixels = (double) s.batch() * s.outHeight() * s.outWidth();
    // A bias may be added to a result that was stored: about two standard deviations of a sum.
    double twice = bias ? stage.stored(2 * Math.sqrt(taps * s.in())) : 0;
    stage.compareMap("y", y, stage.tolerance().sum(taps * s.in(), 1) + twice);
    if (toInput) stage.compareMap("dL_dx", dL_dx, stage.tolerance().sum(taps * s.out(), 1));
    stage.compareKernelGradient("dL_dw", dL_dw, stage.tolerance().sum(pixels, 1));
    if (bias) stage.compare("dL_db", dL_db, stage.tolerance().sum(pixels, 1));
  }

  /** The norm behind a convolution, with statistics that differ from run to run. */
  private static Case withNorm(Conv2d.Spec s, boolean bias, Norm.Statistics statistics) {
    return new Case(
        "convNorm",
        name(s, (bias ? " bias " : " ") + statistics + ", twice"),
        stage -> {
          Tensor x = stage.map(-1, 1, s.batch(), s.height(), s.width(), s.in());
          Tensor w = stage.map(-1, 1, s.out(), s.kernel(), s.kernel(), s.in());
          Tensor b = bias ? stage.uniform(-1, 1, s.out()) : null;
          Tensor between = stage.mapOutput(s.batch(), s.outHeight(), s.outWidth(), s.out());
          Tensor gamma = stage.uniform(0.5, 1.5, s.out());
          Tensor beta = stage.uniform(-0.5, 0.5, s.out());
          boolean running = statistics == Norm.Statistics.RUNNING;
          Tensor mean = running ? stage.uniform(-0.5, 0.5, s.out()) : null;
          Tensor variance = running ? stage.uniform(0.5, 2, s.out()) : null;
          Tensor y = stage.mapOutputLike(between);
          Norm.Spec spec = new Norm.Spec(statistics, 1, 0, 1e-3, 0.1);
          Norm.Tensors norm =
              new Norm.Tensors(
                  between, null, null, gamma, beta, mean, variance, null, y, null, null, null, null,
                  null);
          Op op =
              stage.plan().convNorm(s, Conv2d.Tensors.forwardOnly(x, w, b, between), spec, norm);
          op.run();
          if (running) variance.copyFrom(stage.uniform(0.5, 2, s.out()));
          op.run();
          double taps = s.kernel() * s.kernel() * s.in();
          double largest = Math.sqrt(taps); // some standard deviations of a sum of products
          // Of a batch, the scale is about one over the spread of the sums.
          double scale = running ? 1.5 / Math.sqrt(0.5) : 1.5 / (Math.sqrt(taps) / 9);
          double sum = stage.tolerance().sum(taps, 1) + stage.stored(2 * largest);
          stage.compareMap("y", y, scale * sum + stage.tolerance().chain(4 * scale * largest));
        });
  }

  /** Planned without gradients, run twice: the second result replaces the first. */
  private static Case forwardOnly(Conv2d.Spec s) {
    return new Case(
        "conv2d",
        name(s, " forward only, twice"),
        stage -> {
          Tensor x = stage.map(-1, 1, s.batch(), s.height(), s.width(), s.in());
          Tensor w = stage.map(-1, 1, s.out(), s.kernel(), s.kernel(), s.in());
          Tensor y = stage.mapOutput(s.batch(), s.outHeight(), s.outWidth(), s.out());
          Conv2d conv = stage.plan().conv2d(s, Conv2d.Tensors.forwardOnly(x, w, null, y));
          conv.forward();
          w.copyFrom(stage.map(-1, 1, w.shape().dims()));
          conv.forward();
          stage.compareMap("y", y, stage.tolerance().sum(s.kernel() * s.kernel() * s.in(), 1));
        });
  }
}
