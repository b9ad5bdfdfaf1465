// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.MadeImages;
import dev.secant.nn.WideResNetSpec;

/** The networks and runs that are timed: made images, options at their defaults. */
public final class Networks {
  private static final int CLASSES = 10;

  private Networks() {}

  public static WideResNetSpec spec(int depth, int width) {
    return new WideResNetSpec(
        depth,
        width,
        MixProblem.SIDE,
        MixProblem.SIDE,
        MixProblem.CHANNELS,
        CLASSES,
        false,
        WideResNetSpec.BN_EPS);
  }

  public static ImageSet images() {
    return MadeImages.standard();
  }

  /** In the middle of a long run as far as schedules go. */
  public static RunConfig run(StepProblem p, String... more) {
    return resolve(p.method(), p.k(), p.depth(), p.width(), p.batch(), p.precision(), 0, more);
  }

  public static RunConfig run(ProbeProblem p) {
    return resolve("erm", 1, p.depth(), p.width(), 128, p.precision(), p.images());
  }

  private static RunConfig resolve(
      String method,
      int k,
      int depth,
      int width,
      int batch,
      String precision,
      int testImages,
      String... more) {
    ConfigResolver resolver = new ConfigResolver(Programs.THREADS);
    resolver.override("backend=cpu").override("dataset=made").override("labels=250");
    resolver.override("method=" + method).override("depth=" + depth).override("width=" + width);
    if (!method.equals("erm")) resolver.override("k=" + k);
    resolver.override("batch=" + batch).override("precision=" + precision);
    resolver.override("steps=8192").override("test-limit=" + testImages);
    resolver.override("threads=" + Programs.THREADS);
    for (String option : more) resolver.override(option);
    return resolver.resolve().config();
  }
}
