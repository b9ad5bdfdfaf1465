// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Plan;
import dev.secant.nn.Initialiser;
import dev.secant.nn.ParamLayout;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNet.Batch;
import dev.secant.nn.WideResNet.Pass;
import dev.secant.nn.WideResNet.Weights;
import dev.secant.nn.WideResNetSpec;
import dev.secant.random.Philox;
import dev.secant.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * T2 and the network's part of T17: the six layers of {@link WideResNet} equal those of {@link
 * NaiveWideResNet}, written from the method's text, and {@code backward()} gives the slopes of that
 * independent forward pass. So conv1 of the first units of groups 2 and 3 reads the activated
 * tensor while their shortcuts read the raw one, in both directions.
 */
class WideResNetGradientTest {
  private static final int SIDE = 8;
  private static final int CLASSES = 3;
  private static final double FORWARD = 1e-10;
  private static final double SLOPE = 1e-6;

  private final ReferenceBackend backend = new ReferenceBackend();
  private final Plan plan = backend.newPlan();

  @AfterEach
  void close() {
    backend.close();
  }

  /**
   * A planned network with weights that make every term visible, and the same for the naive one.
   */
  private final class Fixture {
    final WideResNetSpec spec;
    final int rows;
    final int segments;
    final Params parameters;
    final Params gradients;
    final Params statistics;
    final Tensor input;
    final Map<String, double[]> weights = new LinkedHashMap<>();
    final Map<String, double[]> running = new LinkedHashMap<>();

    Fixture(int depth, int width, boolean convBias, int segments) {
      this.spec = new WideResNetSpec(depth, width, SIDE, SIDE, 3, CLASSES, convBias, 1e-3);
      this.rows = 2 * segments;
      this.segments = segments;
      this.parameters = new Params(plan, spec.parameters());
      this.gradients = new Params(plan, spec.parameters());
      this.statistics = new Params(plan, spec.statistics());
      this.input = plan.real(rows, SIDE, SIDE, 3);
      input.set(uniform(1, (int) input.count(), -1, 1));
      Initialiser.initialise(parameters, 11);
      for (ParamLayout.Entry e : parameters.layout().entries()) disturb(e);
      for (ParamLayout.Entry e : statistics.layout().entries()) {
        boolean variance = e.name().endsWith("/variance");
        double[] values =
            uniform(500 + (int) e.offset(), length(e), variance ? 0.5 : -0.3, variance ? 2 : 0.3);
        statistics.get(e.name()).set(values);
        running.put(e.name(), values);
      }
    }

    /** Off 1 and 0, where a forgotten scale or shift would not show. */
    private void disturb(ParamLayout.Entry e) {
      Tensor parameter = parameters.get(e.name());
      double low = e.name().endsWith("/gamma") ? 0.5 : -0.3;
      double high = e.name().endsWith("/gamma") ? 1.5 : 0.3;
      if (!e.kernel()) parameter.set(uniform(100 + (int) e.offset(), length(e), low, high));
      weights.put(e.name(), parameter.toDoubles());
    }

    WideResNet planned(Pass pass) {
      boolean evaluation = pass == Pass.EVALUATION;
      return new WideResNet(
          plan,
          spec,
          new Batch(pass, evaluation ? 1 : segments, 0),
          new Weights(
              parameters,
              evaluation ? statistics : null,
              null,
              pass == Pass.TRAINING ? gradients : null),
          input);
    }

    NaiveWideResNet.Result naive(Pass pass, NaiveWideResNet.FirstConv firstConv) {
      Map<String, double[]> statisticsOrNull = pass == Pass.EVALUATION ? running : null;
      return new NaiveWideResNet(
              spec.depth(),
              spec.width(),
              spec.bnEps(),
              weights,
              statisticsOrNull,
              segments,
              firstConv)
          .forward(input.toDoubles(), rows, SIDE, SIDE);
    }

    NaiveWideResNet.Result naive() {
      return naive(Pass.TRAINING, NaiveWideResNet.FirstConv.ACTIVATED);
    }
  }

  private static int length(ParamLayout.Entry e) {
    return (int) e.shape().count();
  }

  private static double[] uniform(int stream, int count, double low, double high) {
    return IntStream.range(0, count)
        .mapToDouble(i -> low + (high - low) * Philox.uniform(Philox.block(23, stream, i, 0, 0)[0]))
        .toArray();
  }

  // ---- forward ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "10, 1, false, 1",
    "10, 1, true, 2",
    "10, 2, true, 1",
    "16, 1, false, 2",
    "16, 2, false, 1",
    "16, 2, true, 2"
  })
  void allSixLayersFollowTheText(int depth, int width, boolean convBias, int segments) {
    Fixture f = new Fixture(depth, width, convBias, segments);
    for (Pass pass : Pass.values()) {
      WideResNet net = f.planned(pass);
      net.forward();
      requireLayers(pass.toString(), net, f.naive(pass, NaiveWideResNet.FirstConv.ACTIVATED));
    }
  }

  private static void requireLayers(String what, WideResNet net, NaiveWideResNet.Result expected) {
    for (int l = 0; l < WideResNetSpec.LAYERS; l++) {
      double[] actual = net.layer(l).toDoubles();
      assertThat(actual).as(what + " L" + l).hasSameSizeAs(expected.layers().get(l));
      assertThat(largestDifference(actual, expected.layers().get(l)))
          .as(what + " L" + l)
          .isLessThan(FORWARD);
    }
  }

  @Test
  void aPortThatFeedsTheRawTensorToConv1WouldBeNoticed() {
    Fixture f = new Fixture(10, 1, false, 1);
    NaiveWideResNet.Result right = f.naive();
    NaiveWideResNet.Result wrong = f.naive(Pass.TRAINING, NaiveWideResNet.FirstConv.RAW);
    for (int l = 0; l < WideResNetSpec.LAYERS; l++) {
      double distance = largestDifference(right.layers().get(l), wrong.layers().get(l));
      if (l < 2) assertThat(distance).as("L" + l).isZero();
      else assertThat(distance).as("L" + l).isGreaterThan(1e-2);
    }
  }

  private static double largestDifference(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> Math.abs(a[i] - b[i])).max().orElse(0);
  }

  // ---- backward --------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "10, 1, false, 1, 3",
    "10, 1, true, 2, 2",
    "10, 2, false, 2, 1",
    "16, 1, true, 1, 1",
    "16, 2, false, 1, 1"
  })
  void everyParametersGradientIsTheSlopeOfTheNaiveForward(
      int depth, int width, boolean convBias, int segments, int elements) {
    Fixture f = new Fixture(depth, width, convBias, segments);
    WideResNet net = f.planned(Pass.TRAINING);
    net.forward();
    double[] dL_dlogits = uniform(7, f.rows * CLASSES, -1, 1);
    net.dL_dlogits().set(dL_dlogits);
    net.backward();
    for (ParamLayout.Entry e : f.parameters.layout().entries()) {
      double[] gradient = f.gradients.get(e.name()).toDoubles();
      double[] everyElement = IntStream.range(0, length(e)).mapToDouble(i -> i % 3 - 1).toArray();
      requireSlope(f, e, everyElement, gradient, dL_dlogits);
      for (int i = 0; i < elements; i++) {
        double[] one = new double[length(e)];
        one[i == 0 ? largest(gradient) : (int) (e.offset() * 13 + i) % one.length] = 1;
        requireSlope(f, e, one, gradient, dL_dlogits);
      }
    }
  }

  private static int largest(double[] values) {
    int at = 0;
    for (int i = 1; i < values.length; i++) if (Math.abs(values[i]) > Math.abs(values[at])) at = i;
    return at;
  }

  /** The slope of Σ dL_dlogits · logits along a direction of one parameter tensor. */
  private static void requireSlope(
      Fixture f, ParamLayout.Entry e, double[] direction, double[] gradient, double[] dL_dlogits) {
    double expected = slope(f, e.name(), direction, dL_dlogits);
    double analytic = dot(gradient, direction);
    // Where terms cancel the rounding is that of the terms, not of their sum.
    double scale =
        IntStream.range(0, gradient.length)
            .mapToDouble(i -> Math.abs(gradient[i] * direction[i]))
            .sum();
    assertThat(analytic)
        .as(e.name())
        .isCloseTo(expected, within(SLOPE * Math.max(Math.abs(expected), scale) + 1e-8));
  }

  /** Central difference with the largest step on which no activation changes its side. */
  private static double slope(Fixture f, String name, double[] direction, double[] dL_dlogits) {
    double[] original = f.weights.get(name);
    long sides = f.naive().sides();
    try {
      for (double h = 1e-4; h > 1e-8; h /= 4) {
        f.weights.put(name, moved(original, direction, h));
        NaiveWideResNet.Result above = f.naive();
        f.weights.put(name, moved(original, direction, -h));
        NaiveWideResNet.Result below = f.naive();
        if (above.sides() != sides || below.sides() != sides) continue;
        return (dot(above.logits(), dL_dlogits) - dot(below.logits(), dL_dlogits)) / (2 * h);
      }
    } finally {
      f.weights.put(name, original);
    }
    throw new AssertionError(name + " lies on a kink; take other weights");
  }

  private static double[] moved(double[] values, double[] direction, double by) {
    return IntStream.range(0, values.length)
        .mapToDouble(i -> values[i] + by * direction[i])
        .toArray();
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  @Test
  void convolutionBiasesHaveNoGradient() {
    Fixture f = new Fixture(16, 1, true, 2);
    WideResNet net = f.planned(Pass.TRAINING);
    net.forward();
    net.dL_dlogits().set(uniform(7, f.rows * CLASSES, -1, 1));
    net.backward();
    for (ParamLayout.Entry e : f.gradients.layout().entries()) {
      if (!e.name().endsWith("/bias") || e.name().startsWith("dense")) continue;
      for (double g : f.gradients.get(e.name()).toDoubles()) {
        assertThat(g).as(e.name()).isCloseTo(0, within(1e-12));
      }
    }
  }
}
