// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.UsageException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitTest {
  private static final ImageSet SET = TinySets.withClassSizes(30, 20, 10);

  @Test
  void labelledAndUnlabelledAreDisjointAndCoverTheSet() {
    Split split = Split.draw(SET, 15, 7, false, false);
    int[] together =
        IntStream.concat(Arrays.stream(split.labelled()), Arrays.stream(split.unlabelled()))
            .sorted()
            .toArray();
    assertThat(together).containsExactly(IntStream.range(0, 60).toArray());
    assertThat(split.labelled()).isSorted().hasSize(15);
    assertThat(split.unlabelled()).isSorted();
  }

  @Test
  void balancedClassesHaveEqualCounts() {
    Split split = Split.draw(SET, 15, 7, false, false);
    assertThat(split.classCounts()).containsExactly(5, 5, 5);
    assertThat(countsOf(split)).containsExactly(5, 5, 5);
  }

  @Test
  void proportionalClassesFollowTheirSizes() {
    Split split = Split.draw(SET, 13, 7, true, false); // 6.5, 4.33, 2.17
    assertThat(split.classCounts()).containsExactly(7, 4, 2);
    assertThat(countsOf(split)).containsExactly(7, 4, 2);
  }

  private static int[] countsOf(Split split) {
    int[] counts = new int[3];
    for (int i : split.labelled()) counts[SET.train().labels()[i]]++;
    return counts;
  }

  @Test
  void cifar100TakesAHundredLabelsOrAHundredPerClass() {
    int[] sizes = new int[100];
    Arrays.fill(sizes, 500);
    ImageSet set = TinySets.withClassSizes(sizes);
    assertThat(Split.draw(set, 10_000, 1, false, false).classCounts()).containsOnly(100);
    assertThat(Split.draw(set, 100, 1, false, false).classCounts()).containsOnly(1);
    assertThat(Split.draw(set, 10_000, 1, false, false).unlabelled()).hasSize(40_000);
  }

  @Test
  void theUnlabelledMayBeAll() {
    assertThat(Split.draw(SET, 15, 7, false, true).unlabelled())
        .containsExactly(IntStream.range(0, 60).toArray());
  }

  @Test
  void everyImageMayBeLabelled() {
    assertThat(Split.draw(SET, 60, 7, true, false).unlabelled()).isEmpty();
  }

  @Test
  void theSeedDecides() {
    Split split = Split.draw(SET, 15, 7, false, false);
    assertThat(Split.draw(SET, 15, 7, false, false).hash()).isEqualTo(split.hash());
    assertThat(Split.draw(SET, 15, 8, false, false).hash()).isNotEqualTo(split.hash());
    assertThat(Split.draw(SET, 15, 7, false, true).hash()).isNotEqualTo(split.hash());
  }

  @Test
  void theHashIsStable() {
    assertThat(Split.draw(SET, 15, 7, false, false).hash())
        .as("an independent implementation gave the same")
        .isEqualTo("b1104f97cd71a7c3acdf6e3ffb7758e220eb77bf333816230362c0c5ffef5f29");
  }

  @Test
  void everyImageOfAClassIsLabelledEquallyOften() {
    int[] times = new int[60];
    for (int seed = 0; seed < 2000; seed++) {
      for (int i : Split.draw(SET, 15, seed, false, false).labelled()) times[i]++;
    }
    for (int i = 0; i < 60; i++) {
      double share = 5.0 / new int[] {30, 20, 10}[SET.train().labels()[i]];
      double deviation = Math.sqrt(2000 * share * (1 - share));
      assertThat((double) times[i])
          .isBetween(2000 * share - 5 * deviation, 2000 * share + 5 * deviation);
    }
  }

  @Test
  void labelsThatCannotBeDrawnAreRefusedWithNumbers() {
    refused(
        16,
        "--labels: expected a multiple of the 3 classes of tiny, got 16; split.classes=proportional takes any number");
    refused(33, "labels: 33 labels need 11 images of class c2, tiny has 10");
    refused(61, "--labels: expected 1..60 (training images of tiny), got 61");
    refused(0, "--labels: expected 1..60 (training images of tiny), got 0");
    refused(-3, "--labels: expected 1..60 (training images of tiny), got -3");
  }

  private static void refused(int labels, String message) {
    assertThatThrownBy(() -> Split.draw(SET, labels, 1, false, false))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }
}
