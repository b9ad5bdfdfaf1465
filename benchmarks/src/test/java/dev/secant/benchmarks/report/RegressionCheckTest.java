// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.benchmarks.contest.Processor;
import dev.secant.benchmarks.report.RegressionCheck.Verdict;
import dev.secant.lab.error.DataException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegressionCheckTest {
  /** A ratio of 10 that may fall to 8, since that is what the spread gives: 90 / 11.25. */
  private final Results recorded =
      new MadeResults()
          .row("mix", "secant", 9.9, 10, 11.25)
          .row("mix", "libtorch", 90, 100, 120)
          .results();

  private static Results found(double libtorch) {
    return new MadeResults()
        .row("mix", "secant", 9, 10, 11)
        .row("mix", "libtorch", libtorch, libtorch, libtorch)
        .results();
  }

  @Test
  void aRatioWithinTheRecordedSpreadPasses() {
    for (double libtorch : new double[] {80.1, 100, 300}) {
      Verdict verdict = RegressionCheck.of(recorded, found(libtorch));
      assertThat(verdict.passed()).isTrue();
      assertThat(verdict.compared()).isEqualTo(1);
    }
  }

  @Test
  void aRatioBelowItIsNamed() {
    Verdict verdict = RegressionCheck.of(recorded, found(79.9));
    assertThat(verdict.passed()).isFalse();
    assertThat(verdict.fallen())
        .containsExactly(
            "libtorch, mixing, N=128 K=2, uint8 to fp32: 7.99×, recorded 10.0× (at least 8.00×)");
  }

  @Test
  void aSpreadOfNothingStillAllowsFivePercent() {
    Results exact =
        new MadeResults()
            .row("mix", "secant", 10, 10, 10)
            .row("mix", "libtorch", 100, 100, 100)
            .results();
    assertThat(RegressionCheck.of(exact, found(95.1)).passed()).isTrue();
    assertThat(RegressionCheck.of(exact, found(94.9)).passed()).isFalse();
  }

  @Test
  void distanceOnlyIsComparedWithAllFieldsOfSecant() {
    Results made =
        new MadeResults()
            .row("nonlin d=128", "secant", 10, 10, 10)
            .row("nonlin d=128 fields=1", "libtorch", 30, 30, 30)
            .results();
    assertThat(made.ratio(made.rows().get(1)).orElseThrow().value()).isEqualTo(3);
  }

  @Test
  void whatCannotBeComparedIsRefused() {
    Processor other = new Processor("GenuineIntel", "Other", 6, 167, 2, List.of("avx512f"));
    Results elsewhere = new MadeResults().on(other).results();
    assertThatThrownBy(() -> RegressionCheck.of(recorded, elsewhere))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("two processors");
    Results nothing = new MadeResults().row("mix", "secant", 1, 1, 1).results();
    assertThatThrownBy(() -> RegressionCheck.of(recorded, nothing))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no ratio");
  }

  @Test
  void whatWasNotMeasuredIsListed() {
    Results more =
        new MadeResults()
            .row("mix", "secant", 10, 10, 10)
            .row("mix", "libtorch", 100, 100, 100)
            .row("mix", "plain", 100, 100, 100)
            .results();
    Verdict verdict = RegressionCheck.of(more, found(100));
    assertThat(verdict.missing()).containsExactly("plain, mixing, N=128 K=2, uint8 to fp32");
    assertThat(verdict.passed()).isTrue();
  }
}
