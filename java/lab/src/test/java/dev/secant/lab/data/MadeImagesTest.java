// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.data.MadeImages.Difficulty;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MadeImagesTest {
  private static ImageSet make(long seed, int train, int test) {
    return MadeImages.generate(seed, train, test, Difficulty.STANDARD);
  }

  @Test
  void areTheSameOnEveryMachine() {
    assertThat(make(MadeImages.SEED, 200, 40).dataHash())
        .as("published results name the hash of the whole set; a change here changes it")
        .isEqualTo("b00a6c92579bc3ec2f6c88bc85e4e6287ac04dc28dae0bc15ad38e1d9d99914f");
  }

  @Test
  void anImageDependsOnItsIndexAlone() {
    ImageSet few = make(1, 20, 10);
    ImageSet more = make(1, 50, 30);
    assertThat(more.train().first(20).pixels()).isEqualTo(few.train().pixels());
    assertThat(more.test().first(10).pixels()).isEqualTo(few.test().pixels());
  }

  @Test
  void splitsAndSeedsDiffer() {
    ImageSet set = make(1, 10, 10);
    assertThat(set.train().pixels()).isNotEqualTo(set.test().pixels());
    assertThat(make(2, 10, 10).train().pixels()).isNotEqualTo(set.train().pixels());
    assertThat(make(1L << 40 | 1, 10, 10).train().pixels()).isNotEqualTo(set.train().pixels());
  }

  @Test
  void everyBeginningIsBalanced() {
    ImageSet set = make(1, 40, 20);
    assertThat(Arrays.copyOf(set.train().labels(), 10))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(set.classNames()).hasSize(10).contains("disc", "arrow");
    assertThat(set.lossy()).isFalse();
  }

  @Test
  void shapesLieWithinTheUnitCircleAndDiffer() {
    for (MadeShape shape : MadeShape.values()) {
      int covered = 0;
      for (int i = -150; i <= 150; i++) {
        for (int j = -150; j <= 150; j++) {
          double u = i / 100.0;
          double v = j / 100.0;
          if (!shape.covers(u, v)) continue;
          covered++;
          assertThat(u * u + v * v)
              .as("%s covers (%s, %s)", shape, u, v)
              .isLessThanOrEqualTo(1.001);
        }
      }
      assertThat(covered).as("%s, of 31,416 points in the circle", shape).isBetween(5_000, 26_000);
    }
  }

  /** So that a pixel whose centre is far from every edge needs one sample. */
  @Test
  void withinItsClearanceAPointIsCoveredAsItsNeighboursAre() {
    Random random = new Random(1);
    for (MadeShape shape : MadeShape.values()) {
      for (int i = 0; i < 20_000; i++) {
        double u = random.nextDouble(-1.2, 1.2);
        double v = random.nextDouble(-1.2, 1.2);
        double reach = random.nextDouble() * (1 - 1e-9) * shape.clearance(u, v);
        double angle = random.nextDouble() * 2 * Math.PI;
        assertThat(shape.covers(u + reach * Math.cos(angle), v + reach * Math.sin(angle)))
            .as("%s, %s from (%s, %s)", shape, reach, u, v)
            .isEqualTo(shape.covers(u, v));
      }
    }
  }

  @Test
  void anEdgeIsSmooth() {
    DrawSequence draws = new DrawSequence(1, 0, 0, 0);
    MadeCanvas canvas = new MadeCanvas();
    double[] white = {1, 1, 1};
    canvas.draw(
        MadeShape.SQUARE,
        MadeCanvas.Pose.of(16, 16, 10 / 0.7 + 0.3571, 1, 0),
        new MadeCanvas.Paint(white, 0, 0, draws));
    byte[] pixels = new byte[32 * 32 * 3];
    canvas.write(1, 0, 0, draws, pixels, 0);
    int row = 16 * 32 * 3;
    assertThat(pixels[row + 3 * 4] & 0xFF).isZero();
    assertThat(pixels[row + 3 * 5] & 0xFF).as("a quarter of the pixel is covered").isEqualTo(64);
    assertThat(pixels[row + 3 * 6] & 0xFF).isEqualTo(255);
  }

  @Test
  void drawsHaveTheirMoments() {
    DrawSequence draws = new DrawSequence(3, 1, 2, 3);
    double sum = 0;
    double squares = 0;
    int n = 100_000;
    for (int i = 0; i < n; i++) {
      double x = draws.bell();
      sum += x;
      squares += x * x;
    }
    assertThat(sum / n).isBetween(-0.015, 0.015);
    assertThat(squares / n).isBetween(0.98, 1.02);
    for (int i = 0; i < 1000; i++) {
      assertThat(draws.below(7)).isBetween(0, 6);
      assertThat(draws.uniform(-2, 3)).isBetween(-2.0, 3.0);
    }
  }
}
