// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuietTest {
  private final List<String> said = new ArrayList<>();

  @Test
  void itWaitsUntilOthersAreDone() {
    Deque<Double> busy = new ArrayDeque<>(List.of(0.6, 0.2, 0.01));
    assertThat(new Quiet(60, busy::pop, said::add).await()).isTrue();
    assertThat(busy).isEmpty();
    assertThat(said).hasSize(1);
    assertThat(said.get(0)).contains("60 %", "less than 5 %");
  }

  @Test
  void itGivesUpInTime() {
    assertThat(new Quiet(0, () -> 0.5, said::add).await()).isFalse();
  }
}
