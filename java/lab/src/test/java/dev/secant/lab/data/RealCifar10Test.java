// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.secant.backend.Normalisation;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real images: SECANT_CIFAR10=DIR names a folder of the CIFAR-10 binary files. */
class RealCifar10Test {
  private static ImageSet set;

  @BeforeEach
  void read() {
    String folder = System.getenv("SECANT_CIFAR10");
    Assumptions.assumeTrue(
        folder != null && !folder.isEmpty(),
        "skipped: SECANT_CIFAR10 does not name a folder of CIFAR-10 binary files");
    if (set == null) set = Cifar10Reader.read(Path.of(folder));
  }

  @AfterAll
  static void forget() {
    set = null;
  }

  @Test
  void everyClassHasItsImages() {
    for (int c = 0; c < 10; c++) {
      int label = c;
      assertThat(Arrays.stream(set.train().labels()).filter(l -> l == label).count())
          .isEqualTo(5000);
      assertThat(Arrays.stream(set.test().labels()).filter(l -> l == label).count())
          .isEqualTo(1000);
    }
  }

  @Test
  void channelStatisticsAreThoseOfCifar10() {
    PixelStatistics statistics = PixelStatistics.of(set.train());
    double[] mean = {0.4914, 0.4822, 0.4465};
    double[] std = {0.2470, 0.2435, 0.2616};
    for (int f = 0; f < 3; f++) {
      assertThat(statistics.mean()[f])
          .isCloseTo(mean[f], org.assertj.core.data.Offset.offset(0.003));
      assertThat(statistics.std()[f]).isCloseTo(std[f], org.assertj.core.data.Offset.offset(0.003));
    }
    Normalisation normalisation = statistics.normalisation();
    assertThat(normalisation.scale()).hasSize(3);
  }

  /** The published figures of the release, which only its own pixels give. */
  @Test
  void whatCountsAsLosslessHasThePixelsOfTheRelease() {
    Assumptions.assumeFalse(set.lossy(), "skipped: these images are not the lossless release");
    PixelStatistics statistics = PixelStatistics.of(set.train());
    double[] mean = {0.49139968, 0.48215841, 0.44653091};
    double[] std = {0.24703223, 0.24348513, 0.26158784};
    for (int f = 0; f < 3; f++) {
      assertThat(statistics.mean()[f]).isCloseTo(mean[f], offset(1e-7));
      assertThat(statistics.std()[f]).isCloseTo(std[f], offset(1e-7));
    }
  }

  @Test
  void aSplitOf250IsBalanced() {
    Split split = Split.draw(set, 250, 1, false, false);
    assertThat(split.classCounts()).containsOnly(25);
    assertThat(split.unlabelled()).hasSize(49_750);
  }
}
