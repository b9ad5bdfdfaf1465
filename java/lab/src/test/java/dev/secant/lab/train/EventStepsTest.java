// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which steps are evaluated and probed. */
class EventStepsTest {
  private static final int EVALUATIONS = 100;
  private static final int PROBES = 50;

  private static Set<Long> due(long steps, long every, int points) {
    EventSteps events = new EventSteps(steps, every, points);
    Set<Long> due = new TreeSet<>();
    LongStream.rangeClosed(0, steps).filter(events::due).forEach(due::add);
    return due;
  }

  /** round(i·T/points), i = 0 … points, by the rule itself. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 7, 49, 50, 51, 99, 100, 101, 149, 285, 500, 1000, 8191, 8192, 65536})
  void spreadOverTheRun(long steps) {
    for (int points : new int[] {EVALUATIONS, PROBES}) {
      Set<Long> expected = new TreeSet<>();
      for (int i = 0; i <= points; i++) expected.add(Math.round((double) i * steps / points));
      assertThat(due(steps, 0, points)).as(points + " over " + steps).isEqualTo(expected);
    }
  }

  @Test
  void a101EvaluationsAnd51ProbesOfTheUsualBudgets() {
    for (int exponent : new int[] {13, 16}) {
      assertThat(due(1L << exponent, 0, EVALUATIONS)).hasSize(101);
      assertThat(due(1L << exponent, 0, PROBES)).hasSize(51);
    }
  }

  /** So that a probe can serve for the evaluation, every probe's step is one of an evaluation. */
  @Test
  void everyProbeIsAtAnEvaluation() {
    for (long steps : new long[] {50, 77, 285, 8192, 65536}) {
      assertThat(due(steps, 0, EVALUATIONS)).containsAll(due(steps, 0, PROBES));
    }
  }

  @ParameterizedTest
  @CsvSource({"10, 3, 0-3-6-9-10", "9, 3, 0-3-6-9", "5, 1, 0-1-2-3-4-5", "5, 7, 0-5", "1, 1, 0-1"})
  void everySoManyAndTheLast(long steps, long every, String expected) {
    List<Long> wanted = List.of(expected.split("-")).stream().map(Long::valueOf).toList();
    assertThat(due(steps, every, PROBES)).containsExactlyElementsOf(wanted);
  }

  /** The largest budget: no product leaves the range, and neighbours of what is due are not. */
  @Test
  void longRunsAreExact() {
    long steps = 1L << 40;
    EventSteps events = new EventSteps(steps, 0, PROBES);
    for (int i = 1; i < PROBES; i++) {
      long t = Math.round((double) i * steps / PROBES);
      assertThat(events.due(t)).isTrue();
      assertThat(events.due(t - 1)).isFalse();
      assertThat(events.due(t + 1)).isFalse();
    }
  }

  @Test
  void trainTimeIsAThousandAtTheEnd() {
    assertThat(EventSteps.trainTime(0, 8192)).isZero();
    assertThat(EventSteps.trainTime(4096, 8192)).isEqualTo(500);
    assertThat(EventSteps.trainTime(8192, 8192)).isEqualTo(1000);
    assertThat(EventSteps.trainTime(1, 3)).isCloseTo(1000.0 / 3, within(1e-12));
  }
}
