// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.random;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * The known answers of Random123 (kat_vectors, philox4x32 10) and the maps from words to numbers.
 */
class PhiloxTest {

  @Test
  void zeros() {
    assertThat(Philox.block(0, 0, 0, 0, 0))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
  }

  @Test
  void ones() {
    assertThat(Philox.block(-1L, -1, -1, -1, -1))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
  }

  @Test
  void digitsOfPi() {
    long key = 0x299f31d0a4093822L;
    int[] block = Philox.block(key, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344);
    assertThat(block).containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void uniformStaysInsideTheUnitInterval() {
    assertThat(Philox.uniform(0)).isEqualTo(0x1p-33);
    assertThat(Philox.uniform(-1)).isEqualTo(1 - 0x1p-33);
  }

  @Test
  void belowCoversItsRange() {
    assertThat(Philox.below(0, 9)).isZero();
    assertThat(Philox.below(-1, 9)).isEqualTo(8);
    assertThat(Philox.below(-1, 1)).isZero();
    assertThat(Philox.below(-1, Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE - 1);
  }

  @Test
  void purposeWordPacksStreamAndWay() {
    assertThat(Purpose.ORDER.word(1, 2)).isEqualTo(3 | 1 << 8 | 2 << 16);
  }
}
