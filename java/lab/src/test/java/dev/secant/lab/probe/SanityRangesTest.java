// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.secant.backend.NonLinLayer;
import dev.secant.backend.Plan;
import dev.secant.backend.PlanShapes;
import dev.secant.lab.WholeTests;
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
 * gave for four initialisations (the method's section 5); on made images the numbers of the probe
 * are those of the definitions. SECANT_CIFAR10=DIR names a folder of the CIFAR-10 binary files. One
 * initialisation, and four with SECANT_REPLAY=1.
 */
class SanityRangesTest {
  private static final int IMAGES = 600;
  private static final int INITIALISATIONS = WholeTests.asked() ? 4 : 1;

  /**
   * How far beyond the published ranges an initialisation may lie: they are the smallest and the
   * largest of four on 600 images, ours are on 600 others, and a mean over 600 pairs has a relative
   * standard error of 3 % on either side.
   */
  private static final double SLACK = 0.03 + 0.03;

  private static final double[][] NONLIN = {
    {.146, .149}, {.266, .315}, {.314, .363}, {.356, .391}, {.17, .235}, {.13, .215}
  };

  /**
   * As published, but for the lower ends of L3 and L4. Published for L3: .106 to .113, narrower
   * than four draws of a quantity are whose standard deviation over twelve initialisations is 6.6
   * %; the lowest of those twelve, on lossless and on JPEG images, is .0935. Published for L4: .036
   * to .043; the lowest of twelve here is .0289, and a PyTorch implementation written from the
   * method alone, with random numbers of its own, finds .034 and .029 on the same images.
   */
  private static final double[][] FLOOR = {
    {.146, .149}, {.093, .113}, {.098, .111}, {.0935, .113}, {.0289, .043}, {.020, .040}
  };

  private static final double PIXELS = .151;

  /** Between the probe and plain loops over the same activations. */
  private static final double EXACT = 1e-5;

  /** Needs no file: the definitions hold on any images. */
  @Test
  void theProbeIsItsDefinition() {
    WideResNetSpec spec = new WideResNetSpec(28, 2, 32, 32, 3, 10, false, WideResNetSpec.BN_EPS);
    Images images = ProbeFixture.images(100, 32);
    ProbePairs pairs = ProbePairs.draw(100, 2, 0.5);
    try (ProbeFixture f = new ProbeFixture(spec, images, 5)) {
      requireDefinition("made images", f, images, pairs, f.layers(pairs));
    }
  }

  @Test
  void anUntrainedNetworkLiesInThePublishedRanges() {
    Images images = testImages();
    WideResNetSpec spec = new WideResNetSpec(28, 2, 32, 32, 3, 10, false, WideResNetSpec.BN_EPS);
    ProbePairs pairs = ProbePairs.draw(IMAGES, 2, 0.5);
    List<String> seen = new ArrayList<>();
    List<Runnable> checks = new ArrayList<>();
    for (int seed = 0; seed < INITIALISATIONS; seed++) {
      try (ProbeFixture f = new ProbeFixture(spec, images, seed)) {
        if (seed == 0) pixels(f, pairs, seen, checks);
        List<LayerNonLin> layers = f.layers(pairs);
        for (LayerNonLin l : layers) {
          String name = "seed " + seed + " L" + l.layer();
          seen.add(
              "%s nonlin %.4f floor %.4f stderr %.4f relative %.2e"
                  .formatted(name, l.nonlin(), l.floor(), l.stderr(), l.relative()));
          checks.add(() -> within(name, l.nonlin(), NONLIN[l.layer()]));
          checks.add(() -> within(name + " floor", l.floor(), FLOOR[l.layer()]));
          checks.add(() -> requireStandardError(name, l));
        }
        requireAffineStem(layers.get(0));
      }
    }
    System.out.println(String.join(System.lineSeparator(), seen));
    checks.forEach(Runnable::run);
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
      checks.add(() -> within("pixels", nonlin, new double[] {PIXELS, PIXELS}));
    }
  }

  private static void within(String what, double value, double[] range) {
    assertThat(value).as(what).isBetween(range[0] * (1 - SLACK), range[1] * (1 + SLACK));
  }

  private static void requireDefinition(
      String what, ProbeFixture f, Images images, ProbePairs pairs, List<LayerNonLin> layers) {
    DownloadedProbe naive = new DownloadedProbe(f, images, pairs);
    for (LayerNonLin l : layers) {
      double nonlin = naive.nonlin[l.layer()];
      double floor = naive.floor[l.layer()];
      assertThat(l.nonlin())
          .as(what + " NonLin L" + l.layer())
          .isCloseTo(nonlin, offset(EXACT * nonlin));
      assertThat(l.floor())
          .as(what + " floor L" + l.layer())
          .isCloseTo(floor, offset(EXACT * floor));
    }
  }

  private static void requireStandardError(String name, LayerNonLin l) {
    assertThat(l.stderr() / l.nonlin()).as(name + " standard error").isBetween(0.01, 0.05);
  }

  private static void requireAffineStem(LayerNonLin stem) {
    assertThat(stem.relative()).isLessThan(1e-5);
    assertThat(Math.abs(stem.nonlin() - stem.floor())).isLessThan(1e-5);
  }
}
