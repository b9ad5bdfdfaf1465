// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Programs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Samplers agree in distribution: mean 1/K, variance (K − 1) / (K² (K/2 + 1)) for α = ½. */
class DirichletMomentsTest {
  private static final int N = 40_000;
  private static final int K = 4;

  @ParameterizedTest
  @ValueSource(strings = {"secant", "plain", "commons-rng"})
  void momentsAreThoseOfTheDistribution(String program) {
    try (Contender sampler =
        Programs.enter(program, Problem.parse("dirichlet n=" + N + " k=" + K))) {
      sampler.run();
      double[] lambda = sampler.result();
      assertThat(lambda).hasSize(N * K);
      double first = 0;
      double square = 0;
      for (int i = 0; i < N; i++) {
        double sum = 0;
        for (int k = 0; k < K; k++) sum += lambda[i * K + k];
        assertThat(sum).isCloseTo(1, within(1e-5));
        first += lambda[i * K] / N;
        square += lambda[i * K] * lambda[i * K] / N;
      }
      double variance = (K - 1.0) / (K * K * (K / 2.0 + 1));
      assertThat(first).isCloseTo(1.0 / K, within(0.01));
      assertThat(square - first * first).isCloseTo(variance, within(0.005));
    }
  }
}
