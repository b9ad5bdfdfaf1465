// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.secant.backend.NonLinLayer;
import dev.secant.backend.Plan;
import dev.secant.backend.PlanShapes;
import dev.secant.lab.data.Cifar10Reader;
import dev.secant.lab.data.Images;
import dev.secant.lab.data.ProbePairs;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * T14: an untrained WRN-28-2 on real images lies in the ranges that two independent implementations
 * gave for four initialisations (the method's section 5). SECANT_CIFAR10=DIR names a folder of the
 * CIFAR-10 binary files.
 */
class SanityRangesTest {
  private static final int IMAGES = 600;
  private static final int INITIALISATIONS = 4;

  /** Relative standard error of a mean over 600 pairs. */
  private static final double SAMPLING = 0.03;

  /** The range of four normal draws is 2.06 standard deviations on average. */
  private static final double RANGE_OF_FOUR = 2.06;

  private static final double[][] NONLIN = {
    {.146, .149}, {.266, .315}, {.314, .363}, {.356, .391}, {.17, .235}, {.13, .215}
  };
  private static final double[][] FLOOR = {
    {.146, .149}, {.093, .113}, {.098, .111}, {.106, .113}, {.036, .043}, {.020, .040}
  };
  private static final double PIXELS = .151;

  @Test
  void anUntrainedNetworkLiesInThePublishedRanges() {
    Images images = testImages();
    WideResNetSpec spec = new WideResNetSpec(28, 2, 32, 32, 3, 10, false, WideResNetSpec.BN_EPS);
    ProbePairs pairs = ProbePairs.draw(IMAGES, 2, 0.5);
    List<String> seen = new ArrayList<>();
    List<Runnable> checks = new ArrayList<>();
    double[] nonlin = new double[WideResNetSpec.LAYERS];
    double[] floor = new double[WideResNetSpec.LAYERS];
    for (int seed = 0; seed < INITIALISATIONS; seed++) {
      try (ProbeFixture f = new ProbeFixture(spec, images, seed)) {
        if (seed == 0) pixels(f, pairs, seen, checks);
        for (LayerNonLin l : f.layers(pairs)) {
          String name = "seed " + seed + " L" + l.layer();
          seen.add(
              "%s nonlin %.4f floor %.4f stderr %.4f relative %.2e"
                  .formatted(name, l.nonlin(), l.floor(), l.stderr(), l.relative()));
          checks.add(() -> within(name, l.nonlin(), NONLIN[l.layer()], 1));
          checks.add(() -> within(name + " floor", l.floor(), FLOOR[l.layer()], 1));
          nonlin[l.layer()] += l.nonlin() / INITIALISATIONS;
          floor[l.layer()] += l.floor() / INITIALISATIONS;
          checks.add(() -> requireStandardError(name, l));
        }
        requireAffineStem(f.layers(pairs).get(0));
      }
    }
    System.out.println(String.join(System.lineSeparator(), seen));
    checks.forEach(Runnable::run);
    for (int l = 0; l < WideResNetSpec.LAYERS; l++) {
      within("mean L" + l, nonlin[l], NONLIN[l], INITIALISATIONS);
      within("mean floor L" + l, floor[l], FLOOR[l], INITIALISATIONS);
    }
  }

  private static Images testImages() {
    String folder = System.getenv("SECANT_CIFAR10");
    Assumptions.assumeTrue(
        folder != null && !folder.isEmpty(),
        "skipped: SECANT_CIFAR10 does not name a folder of CIFAR-10 binary files");
    return Cifar10Reader.read(Path.of(folder)).test().first(IMAGES);
  }

  /** NonLin of the identity: all floor. */
  private static void pixels(
      ProbeFixture f, ProbePairs pairs, List<String> seen, List<Runnable> checks) {
    try (Plan plan = f.backend.newPlan()) {
      Tensor indices = plan.tensor(DType.I32, IMAGES);
      indices.set(pairs.order());
      int[] cycle = new int[2 * IMAGES];
      for (int i = 0; i < cycle.length; i++) cycle[i] = (i / 2 + i % 2) % IMAGES;
      Tensor rows = plan.tensor(DType.I32, IMAGES, 2);
      rows.set(cycle);
      Tensor lambda = plan.tensor(DType.F32, IMAGES, 2);
      lambda.set(pairs.lambda());
      Tensor points = plan.real(IMAGES, 32, 32, 3);
      Tensor mixed = plan.real(IMAGES, 32, 32, 3);
      plan.gather(f.pool, ProbeFixture.UNIT, indices, null, null, points).run();
      plan.gather(f.pool, ProbeFixture.UNIT, indices, rows, lambda, mixed).run();
      Tensor out = plan.tensor(DType.F64, 1, IMAGES, PlanShapes.NONLIN_FIELDS);
      plan.nonlin(List.of(new NonLinLayer(points, mixed)), rows, lambda, 1e-12, out).run();
      double[] fields = out.toDoubles();
      double mean = 0;
      for (int b = 0; b < IMAGES; b++) mean += fields[4 * b] / IMAGES;
      double nonlin = mean;
      seen.add("pixels nonlin %.4f".formatted(nonlin));
      checks.add(() -> within("pixels", nonlin, new double[] {PIXELS, PIXELS}, 1));
    }
  }

  /**
   * The published ranges are the smallest and the largest of four initialisations, on other images.
   * So the centre of a range differs from the mean of n initialisations of ours by the spread over
   * initialisations, √(1/4 + 1/n) of its standard deviation, and by the sampling of images on both
   * sides; three standard deviations of that are allowed.
   */
  private static void within(String what, double value, double[] range, int n) {
    double centre = (range[0] + range[1]) / 2;
    double spread = (range[1] - range[0]) / RANGE_OF_FOUR;
    double sampling = SAMPLING * centre;
    double deviation = Math.sqrt(spread * spread * (0.25 + 1.0 / n) + 2 * sampling * sampling);
    assertThat(value).as(what).isCloseTo(centre, offset(3 * deviation));
  }

  private static void requireStandardError(String name, LayerNonLin l) {
    assertThat(l.stderr() / l.nonlin()).as(name + " standard error").isBetween(0.01, 0.05);
  }

  private static void requireAffineStem(LayerNonLin stem) {
    assertThat(stem.relative()).isLessThan(1e-5);
    assertThat(Math.abs(stem.nonlin() - stem.floor())).isLessThan(1e-5);
  }
}
