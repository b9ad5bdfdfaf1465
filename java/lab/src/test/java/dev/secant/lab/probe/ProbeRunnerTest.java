// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Plan;
import dev.secant.lab.data.Images;
import dev.secant.lab.data.ProbePairs;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNetSpec;
import dev.secant.reference.ReferenceBackend;
import dev.secant.tensor.Tensor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The probe in chunks that share forward passes, against the definition: every point of every pair
 * and every mixed image through the network on its own, in double precision, and eq. 3 as loops.
 * Holds T5's floor on real activations as well, and that the last chunk wraps around.
 */
class ProbeRunnerTest {
  private static final int SIDE = 8;
  private static final double ALLOWED = 1e-5;

  @ParameterizedTest
  @CsvSource({"2, 2", "7, 2", "7, 3", "128, 2", "129, 3", "150, 2", "150, 3", "257, 2"})
  void aProbeInChunksIsTheDefinition(int images, int ways) {
    Images pictures = ProbeFixture.images(images, SIDE);
    try (ProbeFixture f = new ProbeFixture(ProbeFixture.small(SIDE), pictures, 9)) {
      ProbePairs pairs = ProbePairs.draw(images, ways, 0.5);
      Probe probe = f.probe(pairs);
      Naive naive = new Naive(f, pictures, pairs);
      for (LayerNonLin actual : probe.layers()) {
        LayerNonLin expected = naive.layer(actual.layer());
        String layer = "L" + actual.layer();
        close(layer, actual.nonlin(), expected.nonlin());
        close(layer + " stderr", actual.stderr(), expected.stderr());
        close(layer + " sum", actual.sum() / images, expected.sum() / images);
        close(layer + " squared", actual.nonlinSquared(), expected.nonlinSquared());
        close(layer + " floor", actual.floor(), expected.floor());
        close(layer + " relative", actual.relative(), expected.relative());
        close(layer + " cosine", actual.oneMinusCos(), expected.oneMinusCos());
      }
      assertThat(probe.evaluation().accuracy()).isEqualTo(naive.accuracy);
      close("loss", probe.evaluation().loss(), naive.loss);
    }
  }

  private static void close(String what, double actual, double expected) {
    assertThat(actual).as(what).isCloseTo(expected, within(ALLOWED));
  }

  /**
   * 205 images in chunks of 200: the second chunk is the last 200, and the statistics their mean.
   */
  @Test
  void recalibrationLeavesNoImageOut() {
    Images all = ProbeFixture.images(205, 8);
    int bytes = all.imageBytes();
    Images last =
        new Images(
            8,
            8,
            3,
            java.util.Arrays.copyOfRange(all.pixels(), 5 * bytes, 205 * bytes),
            java.util.Arrays.copyOfRange(all.labels(), 5, 205));
    String name = "group1/unit1/norm1/mean";
    WideResNetSpec spec = ProbeFixture.small(8);
    try (ProbeFixture whole = new ProbeFixture(spec, all, 3);
        ProbeFixture a = new ProbeFixture(spec, all.first(200), 3);
        ProbeFixture b = new ProbeFixture(spec, last, 3)) {
      double[] found = whole.statistics.get(name).toDoubles();
      double[] first = a.statistics.get(name).toDoubles();
      double[] second = b.statistics.get(name).toDoubles();
      assertThat(second).isNotEqualTo(first);
      for (int i = 0; i < found.length; i++)
        assertThat(found[i]).isCloseTo((first[i] + second[i]) / 2, within(1e-5));
    }
  }

  @Test
  void anEvaluationAloneIsTheOneOfAProbe() {
    try (ProbeFixture f =
        new ProbeFixture(ProbeFixture.small(SIDE), ProbeFixture.images(150, SIDE), 9)) {
      ProbePairs pairs = ProbePairs.draw(150, 2, 0.5);
      ProbeRunner runner =
          new ProbeRunner(
              f.plan,
              f.spec,
              WideResNet.Pass.EVALUATION,
              f.weights,
              f.statistics,
              f.pool,
              ProbeFixture.UNIT,
              pairs.order(),
              pairs.lambda());
      requirePauses(runner, pairs.count());
      assertThat(runner.evaluate()).isEqualTo(runner.probe().evaluation());
      assertThat(runner.probe()).as("a probe leaves nothing behind").isEqualTo(runner.probe());
    }
  }

  /** Three forwards for K = 2: f(x_1), f(x_2), f(Mix), none of them shared. */
  private static final class Naive {
    private final int ways;
    private final int count;
    private final double[][] points;
    private final double[][] mixed;
    private final float[] lambda;
    final double accuracy;
    final double loss;

    Naive(ProbeFixture f, Images images, ProbePairs pairs) {
      this.ways = pairs.ways();
      this.count = pairs.count();
      this.lambda = pairs.lambda();
      double[][] pixels = new double[count * ways][images.imageBytes()];
      double[][] mixtures = new double[count][images.imageBytes()];
      for (int b = 0; b < count; b++) {
        for (int k = 0; k < ways; k++) {
          int image = pairs.order()[(b + k) % count];
          for (int i = 0; i < images.imageBytes(); i++) {
            int pixel = images.pixels()[image * images.imageBytes() + i] & 255;
            pixels[b * ways + k][i] = pixel / 127.5 - 1;
            mixtures[b][i] += lambda[b * ways + k] * (pixel / 127.5 - 1);
          }
        }
      }
      this.points = forward(f, pixels);
      this.mixed = forward(f, mixtures);
      int correct = 0;
      double entropy = 0;
      for (int b = 0; b < count; b++) {
        int label = images.labels()[pairs.order()[b]];
        double[] z = row(points[5], b * ways, f.spec.classes());
        int best = 0;
        double sum = 0;
        for (int c = 0; c < z.length; c++) {
          if (z[c] > z[best]) best = c;
          sum += Math.exp(z[c]);
        }
        if (best == label) correct++;
        entropy += Math.log(sum) - z[label];
      }
      this.accuracy = (double) correct / count;
      this.loss = entropy / count;
    }

    /** Activations of the six layers of all rows, on the double-precision reference. */
    private static double[][] forward(ProbeFixture f, double[][] rows) {
      double[][] layers = new double[WideResNetSpec.LAYERS][];
      try (ReferenceBackend backend = new ReferenceBackend()) {
        Plan plan = backend.newPlan();
        Params weights = new Params(plan, f.spec.parameters());
        Params statistics = new Params(plan, f.spec.statistics());
        ProbeFixture.copy(f.weights, weights);
        ProbeFixture.copy(f.statistics, statistics);
        Tensor input = plan.real(rows.length, SIDE, SIDE, 3);
        double[] flat = new double[(int) input.count()];
        for (int r = 0; r < rows.length; r++) {
          System.arraycopy(rows[r], 0, flat, r * rows[r].length, rows[r].length);
        }
        input.set(flat);
        WideResNet net =
            new WideResNet(
                plan,
                f.spec,
                WideResNet.Batch.evaluation(),
                new WideResNet.Weights(weights, statistics, null, null),
                input);
        net.forward();
        for (int l = 0; l < layers.length; l++) layers[l] = net.layer(l).toDoubles();
      }
      return layers;
    }

    LayerNonLin layer(int l) {
      int features = mixed[l].length / count;
      double[][] pairs = new double[count][];
      for (int b = 0; b < count; b++) pairs[b] = pair(l, b, features);
      double[] means = new double[4];
      double squares = 0;
      for (double[] pair : pairs) {
        for (int i = 0; i < 4; i++) means[i] += pair[i] / count;
        squares += pair[0] * pair[0] / count;
      }
      double variance = 0;
      for (double[] pair : pairs) {
        variance += (pair[0] - means[0]) * (pair[0] - means[0]) / (count - 1);
      }
      double stderr = Math.sqrt(variance / count);
      return new LayerNonLin(
          l, means[0], stderr, means[0] * count, squares, means[1], means[2], means[3]);
    }

    /** Eq. 3 and its company for one pair. */
    private double[] pair(int l, int b, int features) {
      double[] g = row(mixed[l], b, features);
      double[] mixture = new double[features];
      double[] units = new double[features];
      for (int k = 0; k < ways; k++) {
        double[] p = row(points[l], b * ways + k, features);
        double length = norm(p);
        for (int i = 0; i < features; i++) {
          mixture[i] += lambda[b * ways + k] * p[i];
          units[i] += lambda[b * ways + k] * p[i] / length;
        }
      }
      double ofG = norm(g);
      double ofMixture = norm(mixture);
      double[] distance = new double[features];
      double[] floor = new double[features];
      double[] error = new double[features];
      double product = 0;
      for (int i = 0; i < features; i++) {
        distance[i] = g[i] / ofG - units[i];
        floor[i] = mixture[i] / ofMixture - units[i];
        error[i] = g[i] - mixture[i];
        product += g[i] * mixture[i];
      }
      return new double[] {
        norm(distance), norm(floor), norm(error) / ofMixture, 1 - product / (ofG * ofMixture)
      };
    }

    private static double[] row(double[] values, int row, int features) {
      return java.util.Arrays.copyOfRange(values, row * features, (row + 1) * features);
    }

    private static double norm(double[] u) {
      double sum = 0;
      for (double v : u) sum += v * v;
      return Math.sqrt(sum);
    }
  }

  /** A stop is noticed between two chunks, however long the whole takes. */
  private static void requirePauses(ProbeRunner runner, long pairs) {
    long chunks = (pairs + ProbeRunner.CHUNK - 1) / ProbeRunner.CHUNK;
    AtomicInteger pauses = new AtomicInteger();
    runner.evaluate(pauses::incrementAndGet);
    assertThat(pauses).hasValue((int) chunks);
    runner.probe(pauses::incrementAndGet);
    assertThat(pauses).hasValue((int) (2 * chunks));
    IllegalStateException stop = new IllegalStateException("stop");
    assertThatThrownBy(
            () ->
                runner.probe(
                    () -> {
                      throw stop;
                    }))
        .isSameAs(stop);
  }
}
