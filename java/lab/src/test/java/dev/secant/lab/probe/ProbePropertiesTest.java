// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.NonLinLayer;
import dev.secant.backend.PlanShapes;
import dev.secant.lab.data.Images;
import dev.secant.lab.data.ProbePairs;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.nn.Initialiser;
import dev.secant.nn.WideResNet.Pass;
import dev.secant.nn.WideResNetSpec;
import dev.secant.random.Philox;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What must hold of NonLin whatever the weights are. T3: L0, and L5 given L4, are affine. T4: one
 * image is on its own line; 0 ≤ NonLin ≤ 2; a positive scale of a layer changes nothing. T5: the
 * floor is that of two vectors at an angle, worked out on paper.
 */
class ProbePropertiesTest {
  private static final int IMAGES = 40;
  private static final int SIDE = 16;

  private final ProbeFixture f =
      new ProbeFixture(ProbeFixture.small(SIDE), ProbeFixture.images(IMAGES, SIDE), 5);

  @AfterEach
  void close() {
    f.close();
  }

  // ---- T3 --------------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void theStemIsAffine(int ways) {
    LayerNonLin stem = f.layers(ProbePairs.draw(IMAGES, ways, 0.5)).get(0);
    assertThat(stem.relative()).isLessThan(1e-5);
    assertThat(stem.nonlin()).as("all floor").isCloseTo(stem.floor(), within(1e-5)).isPositive();
    assertThat(stem.oneMinusCos()).isCloseTo(0, within(1e-9));
  }

  @Test
  void theStemIsAffineWithBiasesToo() {
    WideResNetSpec s = f.spec;
    WideResNetSpec biased =
        new WideResNetSpec(s.depth(), s.width(), SIDE, SIDE, 3, s.classes(), true, s.bnEps());
    try (ProbeFixture g = new ProbeFixture(biased, ProbeFixture.images(IMAGES, SIDE), 5)) {
      g.weights.get("stem/bias").set(uniform(1, 16, -1, 1));
      assertThat(g.layers(ProbePairs.draw(IMAGES, 2, 0.5)).get(0).relative()).isLessThan(1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void theLogitsAreAffineInThePooledFeatures(int ways) {
    int features = f.spec.features();
    int classes = f.spec.classes();
    ProbePairs pairs = ProbePairs.draw(IMAGES, ways, 0.5);
    double[] points = uniform(2, IMAGES * features, 0, 3);
    double[] mixtures = new double[IMAGES * features];
    for (int i = 0; i < mixtures.length; i++) {
      int row = i / features;
      for (int k = 0; k < ways; k++) {
        mixtures[i] +=
            pairs.lambda()[row * ways + k] * points[(row + k) % IMAGES * features + i % features];
      }
    }
    f.weights.get("dense/bias").set(uniform(3, classes, -1, 1));
    NonLinLayer layer = new NonLinLayer(logits(points), logits(mixtures));
    double[] fields = nonlin(layer, cyclicRows(ways), pairs.lambda(), ways);
    for (int b = 0; b < IMAGES; b++) {
      assertThat(fields[4 * b + 2]).as("relative, pair " + b).isLessThan(1e-5);
      assertThat(fields[4 * b]).as("pair " + b).isCloseTo(fields[4 * b + 1], within(1e-5));
    }
  }

  /** What the network's dense layer makes of pooled features. */
  private Tensor logits(double[] pooled) {
    Tensor x = f.plan.real(IMAGES, f.spec.features());
    x.set(pooled);
    Tensor logits = f.plan.real(IMAGES, f.spec.classes());
    Tensor kernel = f.weights.get("dense/kernel");
    Tensor bias = f.weights.get("dense/bias");
    f.plan.dense(x, kernel, bias, logits, null, null, null, null).forward();
    return logits;
  }

  private double[] nonlin(NonLinLayer layer, int[] rows, float[] lambda, int ways) {
    int batch = rows.length / ways;
    Tensor rowsTensor = f.plan.tensor(DType.I32, batch, ways);
    rowsTensor.set(rows);
    Tensor lambdaTensor = f.plan.tensor(DType.F32, batch, ways);
    lambdaTensor.set(lambda);
    Tensor out = f.plan.tensor(DType.F64, 1, batch, PlanShapes.NONLIN_FIELDS);
    f.plan.nonlin(List.of(layer), rowsTensor, lambdaTensor, 1e-12, out).run();
    return out.toDoubles();
  }

  private static int[] cyclicRows(int ways) {
    return IntStream.range(0, IMAGES * ways).map(i -> (i / ways + i % ways) % IMAGES).toArray();
  }

  // ---- T4 --------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"1, 0, 0", "0, 1, 0", "0, 0, 1"})
  void aOneHotWeightIsOnePoint(double first, double second, double third) {
    for (LayerNonLin l : f.layers(ProbePairs.fixed(IMAGES, first, second, third))) {
      requireNothing(l);
    }
  }

  @Test
  void aSingleWayIsOnePoint() {
    for (LayerNonLin l : f.layers(ProbePairs.fixed(IMAGES, 1))) requireNothing(l);
  }

  @Test
  void equalImagesAreOnePoint() {
    Images one = ProbeFixture.images(1, SIDE);
    int bytes = one.imageBytes();
    byte[] pixels = new byte[IMAGES * bytes];
    for (int i = 0; i < IMAGES; i++) System.arraycopy(one.pixels(), 0, pixels, i * bytes, bytes);
    Images same = new Images(SIDE, SIDE, 3, pixels, new int[IMAGES]);
    try (ProbeFixture g = new ProbeFixture(f.spec, same, 5)) {
      ProbeFixture.copy(f.statistics, g.statistics);
      for (LayerNonLin l : g.layers(ProbePairs.draw(IMAGES, 3, 0.5))) requireNothing(l);
    }
  }

  private static void requireNothing(LayerNonLin l) {
    assertThat(l.nonlin()).as("L" + l.layer()).isLessThanOrEqualTo(1e-6);
    assertThat(l.floor()).as("L" + l.layer()).isLessThanOrEqualTo(1e-6);
    assertThat(l.relative()).as("L" + l.layer()).isLessThanOrEqualTo(1e-6);
    assertThat(Math.abs(l.oneMinusCos())).as("L" + l.layer()).isLessThanOrEqualTo(1e-6);
  }

  @Test
  void nonLinLiesBetweenZeroAndTwo() {
    for (long seed = 0; seed < 3; seed++) {
      Initialiser.initialise(f.weights, seed);
      for (Pass pass : new Pass[] {Pass.EVALUATION, Pass.BATCH_STATISTICS}) {
        for (LayerNonLin l : f.probe(pass, ProbePairs.draw(IMAGES, 2, 0.5)).layers()) {
          assertThat(l.nonlin()).as("L" + l.layer()).isStrictlyBetween(0.0, 2.0);
          assertThat(l.floor()).as("L" + l.layer()).isStrictlyBetween(0.0, 2.0);
          assertThat(l.nonlinSquared()).isGreaterThanOrEqualTo(l.nonlin() * l.nonlin());
          assertThat(l.sum()).isCloseTo(IMAGES * l.nonlin(), within(1e-9));
          assertThat(l.stderr()).isBetween(0.0, l.nonlin());
        }
      }
    }
  }

  @Test
  void aPositiveScaleOfALayerChangesNothing() {
    ProbePairs pairs = ProbePairs.draw(IMAGES, 2, 0.5);
    List<LayerNonLin> plain = f.layers(pairs);
    // γ and β of the last norm scale L4 (the leaky ReLU is positively homogeneous), and with it L5.
    f.scale("norm/gamma", 7);
    f.scale("norm/beta", 7);
    f.scale("dense/kernel", 0.3);
    f.scale("dense/bias", 2.1);
    List<LayerNonLin> scaled = f.layers(pairs);
    for (int l = 0; l < plain.size(); l++) {
      assertThat(scaled.get(l).nonlin()).as("L" + l).isCloseTo(plain.get(l).nonlin(), within(2e-6));
      assertThat(scaled.get(l).floor()).as("L" + l).isCloseTo(plain.get(l).floor(), within(2e-6));
    }
  }

  // ---- T5 --------------------------------------------------------------------------------------

  /**
   * Vectors of lengths a and b at cosine c mix to length n, n² = λ²a² + μ²b² + 2λμabc, their units
   * to m, m² = λ² + μ² + 2λμc, and the product of the two is (λ²a + μ²b + λμ(a + b)c) / n; so the
   * floor is √(1 + m² − 2 times that).
   */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 0, 0.5",
    "1, 3, 0.5, 0.25",
    "2, 0.1, -0.8, 0.7",
    "5, 5, 0.99, 0.4",
    "1, 20, 0.9, 0.9",
    "3, 1, 1, 0.3"
  })
  void theFloorOfTwoVectors(double a, double b, double c, double lambda) {
    int features = 33;
    double[] points = new double[2 * features];
    points[0] = a;
    points[features] = b * c;
    points[features + 7] = b * Math.sqrt(1 - c * c);
    Tensor p = f.plan.real(2, features);
    p.set(points);
    Tensor anything = f.plan.real(1, features);
    anything.set(uniform(4, features, -1, 1));
    double l = (float) lambda;
    double m = 1 - (float) lambda;
    double[] fields =
        nonlin(
            new NonLinLayer(p, anything), new int[] {0, 1}, new float[] {(float) l, (float) m}, 2);
    double n = Math.sqrt(l * l * a * a + m * m * b * b + 2 * l * m * a * b * c);
    double units = l * l + m * m + 2 * l * m * c;
    double product = (l * l * a + m * m * b + l * m * (a + b) * c) / n;
    double expected = Math.sqrt(Math.max(0, 1 + units - 2 * product));
    // The square root of a rounded difference near zero keeps half of the digits.
    assertThat(fields[1]).isCloseTo(expected, within(expected < 1e-3 ? 1e-3 : 1e-6));
  }

  @Test
  void vectorsOfOneDirectionHaveNoFloor() {
    Tensor p = f.plan.real(2, 9);
    double[] points = new double[18];
    Arrays.fill(points, 0, 9, 0.5);
    Arrays.fill(points, 9, 18, 4);
    p.set(points);
    Tensor mixed = f.plan.real(1, 9);
    mixed.set(Arrays.copyOf(points, 9));
    double[] fields =
        nonlin(new NonLinLayer(p, mixed), new int[] {0, 1}, new float[] {0.5f, 0.5f}, 2);
    assertThat(fields[0]).isLessThan(1e-7);
    assertThat(fields[1]).isLessThan(1e-7);
    assertThat(fields[3]).isCloseTo(0, within(1e-12));
  }

  private static double[] uniform(int stream, int count, double low, double high) {
    return IntStream.range(0, count)
        .mapToDouble(i -> low + (high - low) * Philox.uniform(Philox.block(3, stream, i, 0, 0)[0]))
        .toArray();
  }
}
