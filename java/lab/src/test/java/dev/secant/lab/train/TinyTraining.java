// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Backend;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Plan;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.DataHash;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Images;
import dev.secant.lab.data.ResidentSet;
import dev.secant.lab.data.Split;
import dev.secant.nn.Initialiser;
import dev.secant.nn.Params;
import dev.secant.random.Philox;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A planned training step on a few small images, on any backend. */
final class TinyTraining implements AutoCloseable {
  static final int CLASSES = 3;
  static final int LABELS = 15;

  final Backend backend;
  final Plan plan;
  final RunConfig config;
  final Model model;
  final TrainingData data;
  final TrainStep step;

  /**
   * @param options {@code key=value}, over: WRN-10-1, batch 4, 50 steps, no warm-up
   */
  TinyTraining(Backend backend, ImageSet set, String... options) {
    this.backend = backend;
    this.plan = backend.newPlan();
    this.config = config(options);
    this.model = new Model(plan, Session.spec(config, set));
    Initialiser.initialise(model.raw(), 3);
    model.ema().copyFrom(model.raw());
    Split split = Split.draw(set, LABELS, 1, false, false);
    ResidentSet resident = ResidentSet.upload(plan::tensor, set, split, 0);
    this.data =
        new TrainingData(
            resident.train(),
            Normalisation.unit(3),
            resident.labelled(),
            config.method().kind() == RunConfig.Kind.ICT ? resident.unlabelled() : null);
    this.step = new TrainStep(plan, config, model, data);
  }

  static RunConfig config(String... options) {
    ConfigResolver resolver = new ConfigResolver(1);
    for (String option :
        List.of(
            "depth=10",
            "width=1",
            "batch=4",
            "steps=50",
            "labels=" + LABELS,
            "ema.warmup=off",
            "bn.warmup=off")) {
      resolver.override(option);
    }
    for (String option : options) resolver.override(option);
    return resolver.resolve().config();
  }

  /** Noise on a class's own pattern: 60 training and 20 test images of side × side. */
  static ImageSet images(int side) {
    return images(side, 20);
  }

  /** The same with another number of test images. */
  static ImageSet images(int side, int tests) {
    Images train = images(side, 60, 0);
    Images test = images(side, tests, 1);
    return new ImageSet(
        "tiny", List.of("a", "b", "c"), train, test, DataHash.of(train, test), false);
  }

  private static Images images(int side, int count, int part) {
    int bytes = side * side * 3;
    byte[] pixels = new byte[count * bytes];
    for (int i = 0; i < pixels.length; i++) {
      int label = i / bytes % CLASSES;
      int x = i / 3 % side;
      int y = i / (3 * side) % side;
      int along = label == 0 ? x : label == 1 ? y : x + y;
      int bright = along / 2 % 2 * 110;
      pixels[i] = (byte) (bright + Philox.below(Philox.block(41, part, i, 0, 0)[0], 140));
    }
    return new Images(
        side, side, 3, pixels, IntStream.range(0, count).map(i -> i % CLASSES).toArray());
  }

  /** Back to the start: these weights, this average, fresh statistics and moments, step t. */
  void reset(double[] raw, double[] ema, long t) {
    model.raw().flat().set(raw);
    model.raw().refreshCopy();
    model.ema().flat().set(ema);
    model.ema().refreshCopy();
    model.m().set(new double[raw.length]);
    model.v().set(new double[raw.length]);
    Initialiser.resetStatistics(model.statistics());
    model.step().set(new long[] {t});
  }

  /** Weights of another seed, to stand for a teacher that is not the student. */
  double[] otherWeights(long seed) {
    try (Plan other = backend.newPlan()) {
      Params params = new Params(other, model.spec().parameters());
      Initialiser.initialise(params, seed);
      return params.flat().toDoubles();
    }
  }

  double[] raw() {
    return model.raw().flat().toDoubles();
  }

  /** Weights by name. */
  Map<String, double[]> weights() {
    return model.raw().toDoubles();
  }

  double[] ema() {
    return model.ema().flat().toDoubles();
  }

  /** Running means and variances by name. */
  Map<String, double[]> statistics() {
    return model.statistics().toDoubles();
  }

  /** The loss that the gradient of the last step belongs to. */
  double loss() {
    return step.supervisedLoss() + step.weight() * step.consistencyLoss();
  }

  /**
   * Every element within an absolute distance; AssertJ's own comparison is slow on large arrays.
   */
  static void requireClose(String what, double[] actual, double[] expected, double allowed) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      if (!(Math.abs(actual[i] - expected[i]) <= allowed)) {
        assertThat(actual[i]).as(what + ", element " + i).isCloseTo(expected[i], within(allowed));
      }
    }
  }

  @Override
  public void close() {
    backend.close();
  }
}
