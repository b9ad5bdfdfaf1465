// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DirichletTest {
  private static final int DRAWS = 20_000;

  private static Dirichlet symmetric(double alpha, int ways) {
    double[] alphas = new double[ways];
    Arrays.fill(alphas, alpha);
    return new Dirichlet(alphas);
  }

  @ParameterizedTest
  @CsvSource({"2, 0.1", "2, 0.5", "3, 0.5", "4, 0.5", "5, 0.5", "3, 1", "4, 2.5"})
  void meanOfTheSquaresIsThatOfTheFormula(int ways, double alpha) {
    Dirichlet dirichlet = symmetric(alpha, ways);
    double squares = 0;
    double first = 0;
    for (int i = 0; i < DRAWS; i++) {
      float[] lambda = dirichlet.draw(1, 0, i, 3);
      for (float l : lambda) squares += (double) l * l;
      first += lambda[0];
    }
    assertThat(squares / DRAWS).isCloseTo((alpha + 1) / (ways * alpha + 1), within(0.01));
    assertThat(first / DRAWS).isCloseTo(1.0 / ways, within(0.01));
  }

  @Test
  void unequalParametersHaveTheirMeans() {
    Dirichlet dirichlet = new Dirichlet(0.2, 1.3, 2.5);
    double[] sums = new double[3];
    for (int i = 0; i < DRAWS; i++) {
      float[] lambda = dirichlet.draw(5, 1, 9, i);
      for (int k = 0; k < 3; k++) sums[k] += lambda[k];
    }
    assertThat(sums[0] / DRAWS).isCloseTo(0.05, within(0.005));
    assertThat(sums[1] / DRAWS).isCloseTo(0.325, within(0.01));
    assertThat(sums[2] / DRAWS).isCloseTo(0.625, within(0.01));
  }

  @Test
  void twoWaysAtOneHalfAreTheArcsineLaw() {
    requireKolmogorovSmirnov(0.5, x -> 2 / Math.PI * Math.asin(Math.sqrt(x)));
  }

  @Test
  void twoWaysAtOneAreUniform() {
    requireKolmogorovSmirnov(1, x -> x);
  }

  @Test
  void twoWaysAtTwoAreBetaTwoTwo() {
    requireKolmogorovSmirnov(2, x -> x * x * (3 - 2 * x));
  }

  @Test
  void twoWaysAtOneTenthAreBeta() {
    requireKolmogorovSmirnov(0.1, x -> betaDistribution(0.1, x));
  }

  private static void requireKolmogorovSmirnov(double alpha, DoubleUnaryOperator distribution) {
    Dirichlet dirichlet = symmetric(alpha, 2);
    double[] sample = new double[DRAWS];
    for (int i = 0; i < DRAWS; i++) sample[i] = dirichlet.draw(2, 0, 0, i)[0];
    Arrays.sort(sample);
    double distance = 0;
    for (int i = 0; i < DRAWS; i++) {
      double p = distribution.applyAsDouble(sample[i]);
      // Draws that round to the same float (0 and 1 at small alpha) are ties: compare at the last
      // of them, and before.
      if (i + 1 < DRAWS && sample[i + 1] == sample[i]) continue;
      if (sample[i] > 0 && sample[i] < 1)
        distance = Math.max(distance, Math.abs((i + 1.0) / DRAWS - p));
    }
    assertThat(distance * Math.sqrt(DRAWS)).as("Kolmogorov's p = 0.001").isLessThan(1.95);
  }

  /** Beta(a, a): I_x(a, a) by the power series of its integrand, x up to one half, and symmetry. */
  private static double betaDistribution(double a, double x) {
    if (x > 0.5) return 1 - betaDistribution(a, 1 - x);
    return 0.5 * betaIntegral(a, x) / betaIntegral(a, 0.5);
  }

  private static double betaIntegral(double a, double x) {
    double sum = 0;
    double coefficient = 1;
    for (int n = 0; n < 200; n++) {
      sum += coefficient * Math.pow(x, n) / (a + n);
      coefficient *= (n + 1 - a) / (n + 1);
    }
    return Math.pow(x, a) * sum;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.01, 0.1, 1000})
  void extremeParametersStayOnTheSimplex(double alpha) {
    for (int ways = 2; ways <= 16; ways += 7) {
      Dirichlet dirichlet = symmetric(alpha, ways);
      for (int i = 0; i < 2000; i++) {
        double sum = 0;
        for (float l : dirichlet.draw(3, 0, i, 0)) {
          assertThat(l).isBetween(0f, 1f);
          sum += l;
        }
        assertThat(sum).isCloseTo(1, within(1e-6));
      }
    }
  }

  @Test
  void oneWayIsExactlyOne() {
    for (int i = 0; i < 100; i++)
      assertThat(symmetric(0.1, 1).draw(4, 0, i, 0)).containsExactly(1f);
  }

  @Test
  void aDrawDependsOnEveryPartOfItsCounter() {
    Dirichlet dirichlet = symmetric(0.5, 2);
    float base = dirichlet.draw(4, 0, 5, 6)[0];
    assertThat(dirichlet.draw(4, 0, 5, 6)[0]).isEqualTo(base);
    assertThat(dirichlet.draw(5, 0, 5, 6)[0]).isNotEqualTo(base);
    assertThat(dirichlet.draw(4, 1, 5, 6)[0]).isNotEqualTo(base);
    assertThat(dirichlet.draw(4, 0, 6, 6)[0]).isNotEqualTo(base);
    assertThat(dirichlet.draw(4, 0, 5, 7)[0]).isNotEqualTo(base);
  }

  @Test
  void cosineIsAccurateInEveryQuadrant() {
    for (int i = 0; i < 1000; i++) {
      double u = (i + 0.5) / 1000;
      assertThat(Dirichlet.cos2Pi(u)).isCloseTo(Math.cos(2 * Math.PI * u), within(1e-15));
    }
  }

  @Test
  void parametersOutsideTheRangeAreRefused() {
    assertThatThrownBy(() -> new Dirichlet(0.5, 0)).hasMessageContaining("got 0.0");
    assertThatThrownBy(() -> new Dirichlet(Double.NaN)).hasMessageContaining("got NaN");
    assertThatThrownBy(Dirichlet::new).hasMessageContaining("at least one");
  }
}
