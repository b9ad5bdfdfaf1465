// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Known by name, so that a data set has its values whether its reader is there or not. */
class DatasetDefaultsTest {
  @Test
  void digitsAreNotMirroredAndMixLess() {
    assertThat(DatasetDefaults.of("svhn")).isEqualTo(new DatasetDefaults(0.1, "crop"));
  }

  @Test
  void allOthersAreThoseOfCifar10() {
    for (String name : new String[] {"cifar10", "cifar100", "folder", "made"}) {
      assertThat(DatasetDefaults.of(name)).isEqualTo(new DatasetDefaults(0.5, "flip-crop"));
    }
  }

  @Test
  void autoTakesThem() {
    RunConfig config = new ConfigResolver(2).resolve().config();
    DatasetDefaults made = DatasetDefaults.of("made");
    assertThat(config.method().alpha()).containsOnly(made.alpha());
    assertThat(config.method().probeAlpha()).isEqualTo(made.alpha());
    assertThat(Options.all().get("augment").type().canonical(made.augment())).isNotNull();
    assertThat(config.data().flip()).isTrue();
    assertThat(config.data().cropPad()).isEqualTo(4);
  }
}
