// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rounding to bfloat16: to nearest, ties to even, against exact arithmetic. */
@Tag("native")
class Bf16Test {
  @Test
  void everyBfloat16IsItself() {
    for (int bits = 0; bits <= 0xffff; bits++) {
      float value = Bf16.value((short) bits);
      if (Float.isNaN(value)) {
        assertThat(Bf16.round(value)).isNaN();
      } else {
        assertThat(Bf16.bits(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void valuesBetweenGoToTheNearestAndTiesToEven() {
    for (int bits = 0; bits < 0x7f7f; bits += 37) {
      int lower = bits << 16;
      for (int low : new int[] {1, 0x7fff, 0x8000, 0x8001, 0xffff}) {
        float value = Float.intBitsToFloat(lower | low);
        assertThat(Bf16.round(value)).isEqualTo(nearest(value, bits));
        assertThat(Bf16.round(-value)).isEqualTo(-nearest(value, bits));
      }
    }
    assertThat(Bf16.round(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY);
  }

  private static float nearest(float value, int bits) {
    float below = Bf16.value((short) bits);
    float above = Bf16.value((short) (bits + 1));
    BigDecimal down = new BigDecimal(value).subtract(new BigDecimal(below));
    BigDecimal up = new BigDecimal(above).subtract(new BigDecimal(value));
    int nearer = down.compareTo(up);
    if (nearer != 0) return nearer < 0 ? below : above;
    return bits % 2 == 0 ? below : above;
  }

  @Test
  void tensorsRoundWhatIsSet() {
    try (Arena arena = new Arena(new HostMemory())) {
      Tensor t = arena.tensor(DType.BF16, 3);
      t.set(1.0, 1.00390625, -3.14159);
      assertThat(t.toDoubles()).containsExactly(1.0, 1.0, -3.140625);
      t.set(new float[] {2, 1.01171875f, 0});
      assertThat(t.toDoubles()).containsExactly(2.0, 1.015625, 0.0);
      assertThat(t.bytes()).isEqualTo(6);
      assertThat(t.rows(1, 2).toDoubles()).containsExactly(1.015625);
    }
  }
}
