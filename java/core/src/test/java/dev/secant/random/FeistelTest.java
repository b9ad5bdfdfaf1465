// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeistelTest {

  private static int[] pass(Feistel order, int pass, int count) {
    int[] values = new int[count];
    for (int i = 0; i < count; i++) values[i] = order.at(pass, i);
    return values;
  }

  private static void requirePermutation(int count, int pass) {
    BitSet seen = new BitSet(count);
    for (int value : pass(new Feistel(7, Purpose.ORDER.word(1, 0), count), pass, count)) {
      assertThat(value).isBetween(0, count - 1);
      seen.set(value);
    }
    assertThat(seen.cardinality()).isEqualTo(count);
  }

  @Test
  void everySmallCountIsPermuted() {
    for (int count = 1; count <= 300; count++) requirePermutation(count, count % 5);
  }

  @ParameterizedTest
  @ValueSource(ints = {1023, 1024, 1025, 4096, 4097, 49_750, 73_257})
  void largeCountsArePermuted(int count) {
    requirePermutation(count, 3);
  }

  @Test
  void halfBitsAreTheFewest() {
    assertThat(Feistel.halfBits(1)).isEqualTo(1);
    assertThat(Feistel.halfBits(4)).isEqualTo(1);
    assertThat(Feistel.halfBits(5)).isEqualTo(2);
    assertThat(Feistel.halfBits(Integer.MAX_VALUE)).isEqualTo(16);
  }

  @Test
  void passesStreamsAndSeedsDiffer() {
    int[] base = pass(new Feistel(7, Purpose.ORDER.word(0, 0), 100), 0, 100);
    assertThat(pass(new Feistel(7, Purpose.ORDER.word(0, 0), 100), 1, 100)).isNotEqualTo(base);
    assertThat(pass(new Feistel(7, Purpose.ORDER.word(1, 0), 100), 0, 100)).isNotEqualTo(base);
    assertThat(pass(new Feistel(8, Purpose.ORDER.word(0, 0), 100), 0, 100)).isNotEqualTo(base);
  }

  @Test
  void theEndlessSequenceContinuesInTheNextPass() {
    Feistel order = new Feistel(7, Purpose.ORDER.word(0, 0), 10);
    assertThat(order.at(23)).isEqualTo(order.at(2, 3));
  }

  @Test
  void everyValueIsEquallyLikelyAtAPosition() {
    int[] counts = new int[10];
    Feistel order = new Feistel(11, Purpose.ORDER.word(0, 0), 10);
    for (int pass = 0; pass < 10_000; pass++) counts[order.at(pass, 4)]++;
    double chiSquare = 0;
    for (int count : counts) chiSquare += (count - 1000.0) * (count - 1000.0) / 1000.0;
    assertThat(chiSquare).as("9 degrees of freedom, p = 0.001").isLessThan(27.9);
  }

  @Test
  void positionsOutsideAreRefused() {
    Feistel order = new Feistel(7, Purpose.ORDER.word(0, 0), 10);
    assertThatThrownBy(() -> order.at(0, 10)).hasMessageContaining("0..9, got 10");
    assertThatThrownBy(() -> new Feistel(7, 0, 0)).hasMessageContaining(">= 1");
  }
}
