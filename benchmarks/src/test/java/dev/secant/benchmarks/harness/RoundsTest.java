// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.benchmarks.contest.Problem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private static final Entry ENTRY = new Entry(Problem.parse("mix"), "secant");
  private static final Entry OTHER = new Entry(Problem.parse("mix"), "plain");

  private static Measured measured(double median, double others, double stolen, double fma) {
    return new Measured(
        new double[] {median}, 0, others, stolen, new double[] {0, 0}, Map.of("fma", fma));
  }

  @Test
  void disturbedProcessesAreRepeatedAndSaid() {
    Deque<Measured> forks =
        new ArrayDeque<>(
            List.of(
                measured(9, 40, 0, 100),
                measured(8, 0, 3, 100),
                measured(1, 0, 0, 100),
                measured(7, 0, 0, 80),
                measured(2, 0, 0, 95)));
    List<String> said = new ArrayList<>();
    var outcome = new Rounds(entry -> forks.pop(), 3, () -> {}, said::add).run(List.of(ENTRY), 2);
    assertThat(outcome.measured().get(ENTRY))
        .extracting(Measured::median)
        .containsExactly(1.0, 2.0);
    assertThat(outcome.rejected())
        .extracting(Rounds.Rejected::why)
        .containsExactly(
            "other processes took 40 % of the processors",
            "the host took 3 % of the processors", "the control fma fell by 20 %");
    assertThat(outcome.noisy()).isEmpty();
    assertThat(said).anyMatch(text -> text.startsWith("rejected secant"));
  }

  @Test
  void anEntryThatIsAlwaysDisturbedIsMarked() {
    var outcome =
        new Rounds(entry -> measured(5, 50, 0, 1), 2, () -> {}, text -> {})
            .run(List.of(ENTRY, OTHER), 1);
    assertThat(outcome.noisy()).containsExactly(ENTRY, OTHER);
    assertThat(outcome.rejected()).hasSize(4);
    assertThat(outcome.measured().get(OTHER)).hasSize(1);
  }

  @Test
  void entriesTakeTurns() {
    List<Entry> order = new ArrayList<>();
    new Rounds(
            entry -> {
              order.add(entry);
              return measured(1, 0, 0, 1);
            },
            1,
            () -> order.add(null),
            text -> {})
        .run(List.of(ENTRY, OTHER), 2);
    assertThat(order).containsExactly(null, ENTRY, null, OTHER, null, ENTRY, null, OTHER);
  }

  /** What was measured stays, and is handed on as the run goes. */
  @Test
  void aProcessThatFailsEndsNothingElse() {
    List<Integer> kept = new ArrayList<>();
    List<Entry> order = new ArrayList<>();
    var outcome =
        new Rounds(
                entry -> {
                  order.add(entry);
                  if (entry == OTHER) throw new Fork.FailedException("out of memory", null);
                  return measured(1, 0, 0, 1);
                },
                3,
                () -> {},
                text -> {})
            .keeping(part -> kept.add(part.measured().size()))
            .run(List.of(ENTRY, OTHER), 2);
    assertThat(outcome.measured().get(ENTRY)).hasSize(2);
    assertThat(outcome.failed()).containsExactly(new Rounds.Rejected(OTHER, "out of memory"));
    assertThat(order).containsExactly(ENTRY, OTHER, ENTRY);
    assertThat(kept).containsExactly(1, 1, 1);
  }

  @Test
  void quantilesAreLinearBetweenSortedValues() {
    double[] values = {3, 1, 2, 5, 4};
    assertThat(Measured.quantile(values, 0.5)).isEqualTo(3);
    assertThat(Measured.quantile(values, 0.1)).isEqualTo(1.4);
    assertThat(Measured.quantile(new double[] {7}, 0.9)).isEqualTo(7);
  }
}
