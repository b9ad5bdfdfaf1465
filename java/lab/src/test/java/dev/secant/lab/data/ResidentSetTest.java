// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.UsageException;
import dev.secant.tensor.Arena;
import dev.secant.tensor.HostMemory;
import org.junit.jupiter.api.Test;

class ResidentSetTest {
  @Test
  void tensorsHoldTheSet() {
    ImageSet set = TinySets.withClassSizes(3000, 2500); // more than one upload
    Split split = Split.draw(set, 10, 1, false, false);
    try (Arena arena = new Arena(new HostMemory())) {
      ResidentSet resident = ResidentSet.upload(arena::tensor, set, split, 2);
      assertThat(resident.train().count()).isEqualTo(5500);
      assertThat(resident.train().height()).isEqualTo(2);
      assertThat(resident.train().channels()).isEqualTo(3);
      assertThat(resident.train().classes()).isEqualTo(2);
      assertThat(resident.train().pixels().toBytes()).isEqualTo(set.train().pixels());
      assertThat(resident.train().labels().toInts()).isEqualTo(set.train().labels());
      assertThat(resident.test().count()).isEqualTo(2);
      assertThat(resident.labelled().toInts()).isEqualTo(split.labelled());
      assertThat(resident.unlabelled().toInts()).isEqualTo(split.unlabelled());
    }
  }

  @Test
  void withoutUnlabelledImagesOneIsToldSo() {
    ImageSet set = TinySets.withClassSizes(3, 3);
    try (Arena arena = new Arena(new HostMemory())) {
      ResidentSet resident =
          ResidentSet.upload(arena::tensor, set, Split.draw(set, 6, 1, false, false), 0);
      assertThat(resident.labelled().count()).isEqualTo(6);
      assertThatThrownBy(resident::unlabelled)
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("no unlabelled images are left: all 6 are labelled");
    }
  }

  @Test
  void statisticsAreThoseOfThePixels() {
    Images images =
        new Images(1, 2, 2, new byte[] {0, 10, (byte) 255, 30, 0, 50, (byte) 255, 70}, new int[2]);
    PixelStatistics statistics = PixelStatistics.of(images);
    assertThat(statistics.mean()).containsExactly(0.5, 40 / 255.0);
    assertThat(statistics.std()[0]).isEqualTo(0.5);
    assertThat(statistics.std()[1] * 255)
        .isCloseTo(Math.sqrt(500), org.assertj.core.data.Offset.offset(1e-12));
    assertThat(statistics.normalisation().scale()[0]).isEqualTo((float) (1 / 127.5));
  }

  @Test
  void aConstantChannelCannotBeScaled() {
    assertThatThrownBy(() -> PixelStatistics.of(new Images(1, 1, 1, new byte[] {7, 7}, new int[2])))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("channel 0 has the same value everywhere");
  }
}
