// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LoadTest {
  @Test
  void sharesAreOfAllProcessorsAndWithoutTheOwn() {
    Load then = Load.of("cpu  100 0 50 800 20 0 10 20 7 7\ncpu0 1\n", 40);
    // 100 ticks later: 60 busy, of which 25 its own, 10 stolen, 30 idle or waiting
    Load now = Load.of("cpu  140 5 60 825 25 0 15 30 7 7\ncpu0 1\n", 65);
    assertThat(then.total()).isEqualTo(1000);
    assertThat(now.stolenSince(then)).isCloseTo(0.10, within(1e-9));
    assertThat(now.othersSince(then)).isCloseTo(0.35, within(1e-9));
    assertThat(then.othersSince(then)).isZero();
  }

  @Test
  void ownWorkIsNotThatOfOthers() {
    Load start = Load.now();
    long end = System.nanoTime() + 300_000_000;
    long spins = 0;
    while (System.nanoTime() < end) spins++;
    Load after = Load.now();
    assertThat(spins).isPositive();
    assertThat(after.own() - start.own()).isGreaterThan(0);
    assertThat(after.total()).isGreaterThan(start.total());
    assertThat(Load.average()).isNotNegative();
  }
}
