// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.Cifar10Reader;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.data.Split;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks learn: every method on made images, and ERM on real ones (SECANT_CIFAR10=DIR). */
class SmallTrainingTest {
  private static RunConfig config(String... options) {
    ConfigResolver resolver = new ConfigResolver(2);
    for (String option : List.of("depth=10", "width=1", "labels=250", "threads=2")) {
      resolver.override(option);
    }
    for (String option : options) resolver.override(option);
    return resolver.resolve().config();
  }

  private static Session open(RunConfig config, ImageSet set) {
    return Session.open(
        config,
        () -> new Session.SplitSet(set, Split.draw(set, 250, config.run().seed(), false, false)));
  }

  @ParameterizedTest
  @CsvSource({"method=erm, seed=0", "method=mixup, k=2", "method=ict, ict.weight=10"})
  void sixtyStepsOnMadeImagesLowerTheLoss(String method, String option) {
    ImageSet set = MadeImages.generate(1, 500, 20, MadeImages.Difficulty.STANDARD);
    RunConfig config = config(method, option, "steps=60", "batch=16", "test-limit=20", "threads=1");
    try (Session session = open(config, set)) {
      double first = 0;
      double last = 0;
      for (int t = 0; t < 60; t++) {
        session.step().run();
        if (t < 10) first += session.step().supervisedLoss() / 10;
        if (t >= 50) last += session.step().supervisedLoss() / 10;
      }
      assertThat(last).as("from " + first).isLessThan(0.9 * first);
      if (method.equals("method=ict")) {
        assertThat(session.step().consistencyLoss()).isFinite().isPositive();
      }
    }
  }

  @Test
  void seventyErmStepsOnRealImagesBeatChance() {
    String folder = System.getenv("SECANT_CIFAR10");
    Assumptions.assumeTrue(
        folder != null && !folder.isEmpty(),
        "skipped: SECANT_CIFAR10 does not name a folder of CIFAR-10 binary files");
    ImageSet set = Cifar10Reader.read(Path.of(folder));
    try (Session session =
        open(
            config("method=erm", "dataset=cifar10", "data=" + folder, "steps=70", "batch=64"),
            set)) {
      for (int t = 0; t < 70; t++) session.step().run();
      double accuracy = session.measured().get(0).evaluate(() -> {}).accuracy();
      System.out.println("accuracy after 70 ERM steps: " + accuracy);
      assertThat(accuracy).as("share of 1000 test images").isGreaterThan(0.25);
    }
  }
}
