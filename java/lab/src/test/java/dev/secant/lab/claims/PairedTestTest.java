// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PairedTestTest {
  @Test
  void fiveOfFiveHold() {
    PairedTest test = PairedTest.of(1, 2, 3, 4, 5);
    assertThat(test.p()).isEqualTo(1 / 32.0);
    assertThat(test.against()).isEqualTo(1);
    assertThat(test.difference().mean()).isEqualTo(3);
    assertThat(test.difference().sd()).isCloseTo(Math.sqrt(2.5), within(1e-15));
    // t of 4 degrees of freedom at 97.5 % is 2.776445105197793.
    double half = 2.776445105197793 * Math.sqrt(2.5 / 5);
    assertThat(test.difference().low()).isCloseTo(3 - half, within(1e-9));
    assertThat(test.difference().high()).isCloseTo(3 + half, within(1e-9));
    assertThat(test.verdict()).isEqualTo(Verdict.HOLDS);
  }

  @Test
  void fiveOfFiveTheOtherWayFail() {
    PairedTest test = PairedTest.of(-1, -2, -3, -4, -5);
    assertThat(test.p()).isEqualTo(1);
    assertThat(test.against()).isEqualTo(1 / 32.0);
    assertThat(test.verdict()).isEqualTo(Verdict.FAILS);
  }

  @Test
  void fourSeedsDecideNothingHoweverClear() {
    assertThat(PairedTest.of(1, 1.01, 0.99, 1).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(PairedTest.of().verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(PairedTest.of(3).difference().low()).isNaN();
  }

  /** All signs agree, and yet the interval reaches below 0. */
  @Test
  void signsWithoutTheIntervalDecideNothing() {
    PairedTest test = PairedTest.of(0.01, 0.01, 0.01, 0.01, 10);
    assertThat(test.p()).isLessThan(0.05);
    assertThat(test.difference().low()).isNegative();
    assertThat(test.verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  /** The interval is above 0, and yet one seed of eight, or two, disagree. */
  @Test
  void theIntervalWithoutSignsDecidesNothing() {
    PairedTest seven = PairedTest.of(-0.01, 1, 1, 1, 1, 1, 1, 1);
    assertThat(seven.p()).isEqualTo(9 / 256.0);
    assertThat(seven.verdict()).isEqualTo(Verdict.HOLDS);
    PairedTest six = PairedTest.of(-0.01, -0.01, 1, 1, 1, 1, 1, 1);
    assertThat(six.p()).isEqualTo(37 / 256.0);
    assertThat(six.difference().low()).isPositive();
    assertThat(six.verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void aTieIsNoTrial() {
    PairedTest test = PairedTest.of(0, 1, 1, 1, 1);
    assertThat(test.p()).isEqualTo(1 / 16.0);
    assertThat(test.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(PairedTest.of(0, 1, 1, 1, 1, 1).p()).isEqualTo(1 / 32.0);
    assertThat(PairedTest.of(0, 0, 0, 0, 0).verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void equalDifferencesAreAnIntervalOfNoWidth() {
    PairedTest test = PairedTest.of(2, 2, 2, 2, 2);
    assertThat(test.difference().low()).isEqualTo(2);
    assertThat(test.difference().high()).isEqualTo(2);
    assertThat(test.verdict()).isEqualTo(Verdict.HOLDS);
  }
}
