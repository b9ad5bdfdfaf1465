// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Program;
import dev.secant.benchmarks.contest.Programs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever is timed beside Secant computes what Secant computes: every program of this build. */
class SameResultTest {
  /** Of sums in single precision over 32,768 values. */
  private static final double TOLERANCE = 2e-4;

  /** Two neighbours of a number below 1: its last bit may be rounded either way. */
  private static final double BF16 = 1 / 256.0;

  private static final List<String> PROBLEMS =
      List.of(
          "mix n=128 k=2",
          "mix n=7 k=4",
          "mix n=5 k=8",
          "mix n=5 k=2 type=bf16",
          "consistency n=128 c=10 k=2",
          "consistency n=13 c=100 k=4",
          "nonlin n=3 d=32768",
          "nonlin n=16 d=128",
          "nonlin n=16 d=10",
          "nonlin n=2 d=all",
          "call kind=op",
          "call kind=static");

  static Stream<String[]> pairs() {
    List<String[]> pairs = new ArrayList<>();
    for (Program program : Programs.all()) {
      if (program.name().equals("secant")) continue;
      for (String problem : PROBLEMS) {
        if (program.contender(Problem.parse(problem)).isPresent())
          pairs.add(new String[] {program.name(), problem});
      }
    }
    return pairs.stream();
  }

  private static double[] result(Contender contender) {
    try (contender) {
      contender.run();
      contender.run(); // what the first one left must not show
      return contender.result();
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyProgramComputesTheSame(String program, String text) {
    Problem problem = Problem.parse(text);
    double[] expected = result(Programs.enter("secant", problem));
    double[] found = result(Programs.enter(program, problem));
    double tolerance = text.contains("bf16") ? BF16 : TOLERANCE;
    assertThat(found).hasSameSizeAs(expected).isNotEmpty();
    assertThat(Arrays.stream(expected).anyMatch(value -> value != 0)).isTrue();
    for (int i = 0; i < found.length; i++)
      assertThat(found[i])
          .as("%s, %s, element %d", program, text, i)
          .isCloseTo(expected[i], within(tolerance * Math.max(1, Math.abs(expected[i]))));
  }
}
