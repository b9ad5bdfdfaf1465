// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Timing and bounded building, on made candidates. */
class ChoiceTest {
  @Test
  void theShortestTimeWins() {
    Map<String, Double> times = Map.of("a", 3.0, "b", 1.0, "c", 2.0);
    assertThat(Fastest.of(List.of("a", "b", "c"), times::get)).isEqualTo("b");
  }

  @Test
  void ofEqualTimesTheFirstWins() {
    Map<String, Double> times = Map.of("a", 2.0, "b", 1.0, "c", 1.0);
    assertThat(Fastest.of(List.of("a", "b", "c"), times::get)).isEqualTo("b");
    assertThat(Fastest.of(List.of("a", "c", "b"), times::get)).isEqualTo("c");
  }

  @Test
  void aLittleFasterIsNotEnough() {
    Map<String, Double> times = Map.of("a", 100.0, "b", 98.0, "c", 96.0, "d", 95.0);
    assertThat(Fastest.of(List.of("a", "b", "c", "d"), times::get)).isEqualTo("c");
  }

  @Test
  void everyCandidateIsTimedOnce() {
    List<String> timed = new ArrayList<>();
    Fastest.of(
        List.of("a", "b", "c"),
        s -> {
          timed.add(s);
          return 1;
        });
    assertThat(timed).containsExactly("a", "b", "c");
  }

  private static double failing(String candidate) {
    if (candidate.equals("ok")) return 5;
    throw new CudnnException("execution", candidate, 5000, "FAILED", "");
  }

  @Test
  void candidatesThatDoNotRunDropOut() {
    assertThat(Fastest.of(List.of("bad", "ok", "worse"), ChoiceTest::failing)).isEqualTo("ok");
    assertThatThrownBy(() -> Fastest.of(List.of("bad", "worse"), ChoiceTest::failing))
        .isInstanceOf(NoPlanException.class)
        .hasMessageContaining("none of 2 candidates ran")
        .hasRootCauseMessage("execution of worse: FAILED (5000)");
  }

  @Test
  void aTimeIsAPositiveNumber() {
    for (double time : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Fastest.of(List.of("a"), s -> time))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("positive number, got " + time);
    }
  }

  /** Builds the numbers that are no multiples of {@code failing}, and records what was tried. */
  private static List<Integer> firstBuilt(int count, int limit, int failing, List<Integer> tried) {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      return FirstBuilt.of(
          IntStream.range(0, count).boxed().toList(),
          limit,
          n -> {
            tried.add(n);
            return n % failing == 0 ? Optional.empty() : Optional.of(n);
          },
          executor);
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void buildsTheFirstFiveThatSucceedAndNoMore() {
    List<Integer> tried = Collections.synchronizedList(new ArrayList<>());
    assertThat(firstBuilt(40, SearchOptions.CANDIDATES, 2, tried)).containsExactly(1, 3, 5, 7, 9);
    assertThat(tried).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 10).boxed().toList());
  }

  @Test
  void takesWhatThereIs() {
    List<Integer> tried = Collections.synchronizedList(new ArrayList<>());
    assertThat(firstBuilt(3, 5, 2, tried)).containsExactly(1);
    assertThat(firstBuilt(3, 5, 1, tried)).isEmpty();
    assertThat(firstBuilt(0, 5, 1, tried)).isEmpty();
  }

  @Test
  void aBuildersExceptionArrives() {
    ExecutorService executor = Executors.newFixedThreadPool(1);
    try {
      assertThatThrownBy(
              () ->
                  FirstBuilt.of(
                      List.of(1),
                      1,
                      n -> {
                        throw new IllegalArgumentException("no " + n);
                      },
                      executor))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no 1");
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void optionsHaveRanges() {
    assertThatThrownBy(() -> new SearchOptions(false, 0, 0, 1))
        .hasMessageContaining("candidates must be in 1..100, got 0");
    assertThatThrownBy(() -> new SearchOptions(false, 5, -1, 1))
        .hasMessageContaining("workspaceBytes must be in 0..");
    assertThatThrownBy(() -> new SearchOptions(false, 5, 0, 0))
        .hasMessageContaining("threads must be in 1..64, got 0");
  }
}
