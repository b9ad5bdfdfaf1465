// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ConfusionTest {
  @Test
  void answersAreCountedByClass() {
    int[] labels = {0, 0, 1, 2};
    double[] logits = {2, 1, 0, 0, 3, 1, 0, 1, 0, Double.NaN, 0, 5};
    Confusion confusion = Confusion.of(labels, logits);
    assertThat(confusion.counts()).isDeepEqualTo(new long[][] {{1, 1, 0}, {0, 1, 0}, {0, 0, 0}});
    assertThat(confusion.accuracy()).isEqualTo(0.5); // the image without an answer counts
    assertThat(confusion.accuracy(0)).isEqualTo(0.5);
    assertThat(confusion.accuracy(1)).isEqualTo(1);
    assertThat(confusion.accuracy(2)).isNaN();
    assertThat(confusion.loss()).isNaN();
  }

  @Test
  void theLossIsTheMeanCrossEntropy() {
    double[] logits = {Math.log(0.2), Math.log(0.8), 1000, 0};
    Confusion confusion = Confusion.of(new int[] {0, 1}, logits);
    assertThat(confusion.loss()).isCloseTo((-Math.log(0.2) + 1000) / 2, within(1e-12 * 1000));
  }
}
