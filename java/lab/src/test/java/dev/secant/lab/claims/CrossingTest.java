// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CrossingTest {
  @Test
  void halfwayIsTheGeometricMean() {
    Crossing c = of(Map.of(250, 0.5, 1000, 0.9), 0.7);
    assertThat(c.labels()).isCloseTo(500, within(1e-9));
    assertThat(c.within()).isTrue();
  }

  @Test
  void theFirstCrossingCounts() {
    Crossing c = of(Map.of(250, 0.6, 500, 0.7, 1000, 0.6, 2000, 0.8), 0.7);
    assertThat(c.labels()).isCloseTo(500, within(1e-9));
  }

  @Test
  void outsideTheRangeItsEndIsABound() {
    assertThat(of(Map.of(250, 0.8, 500, 0.9), 0.7)).isEqualTo(new Crossing(250, false));
    assertThat(of(Map.of(250, 0.3, 500, 0.4), 0.7)).isEqualTo(new Crossing(500, false));
    assertThat(of(Map.of(250, 0.7, 500, 0.9), 0.7)).isEqualTo(new Crossing(250, true));
  }

  private static Crossing of(Map<Integer, Double> accuracy, double target) {
    return Crossing.of(new TreeMap<>(accuracy), target);
  }
}
