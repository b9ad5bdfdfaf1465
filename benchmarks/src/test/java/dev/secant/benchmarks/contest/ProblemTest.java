// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.benchmarks.harness.Entries;
import org.junit.jupiter.api.Test;

class ProblemTest {
  @Test
  void everyProblemReadsItsOwnText() {
    for (Problem problem : Entries.problems(true))
      assertThat(Problem.parse(problem.text())).isEqualTo(problem);
  }

  @Test
  void problemsDiffer() {
    assertThat(Entries.problems(true).stream().map(Problem::text)).doesNotHaveDuplicates();
    assertThat(Entries.problems(true).stream().map(Problem::title)).doesNotHaveDuplicates();
    assertThat(Entries.problems(true)).containsAll(Entries.problems(false));
  }

  @Test
  void bytesAndOperationsAreCountedByHand() {
    Problem mix = Problem.parse("mix n=2 k=3 type=bf16");
    assertThat(mix.bytes()).isEqualTo(2 * 3072 * (3 + 2));
    assertThat(Problem.parse("consistency n=4 c=5").bytes()).isEqualTo(3 * 4 * 5 * 4);
    assertThat(Problem.parse("nonlin n=7 d=128").bytes()).isEqualTo((8 + 7) * 128 * 4);
    // 214,353 thousand multiply-adds of an image's forward pass, three times, two operations each
    assertThat(Problem.parse("step").flop() / 128 / 6).isBetween(214.35e6, 214.36e6);
    double ict = Problem.parse("step method=ict k=4").flop();
    assertThat(ict / Problem.parse("step").flop()).isEqualTo(7.0 / 3);
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThatThrownBy(() -> Problem.parse("mix n=0")).hasMessageContaining("n must be");
    assertThatThrownBy(() -> Problem.parse("mix type=fp8")).hasMessageContaining("[fp32, bf16]");
    assertThatThrownBy(() -> Problem.parse("mix m=3")).hasMessageContaining("unknown key");
    assertThatThrownBy(() -> Problem.parse("mix 3")).hasMessageContaining("key=value");
    assertThatThrownBy(() -> Problem.parse("mox")).hasMessageContaining("mox");
    assertThatThrownBy(() -> Programs.enter("nobody", Problem.parse("mix")))
        .hasMessageContaining("nobody")
        .hasMessageContaining("secant");
  }
}
