// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Plan;
import dev.secant.nn.Initialiser;
import dev.secant.nn.ParamLayout;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNetSpec;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The distribution of initial weights, by kind of layer, of a WRN-28-2 with biases. */
class InitialiserTest {
  private static final WideResNetSpec SPEC =
      new WideResNetSpec(28, 2, 32, 32, 3, 10, true, WideResNetSpec.BN_EPS);

  private static Map<String, double[]> weights(long seed) {
    try (ReferenceBackend backend = new ReferenceBackend();
        Plan plan = backend.newPlan()) {
      Params params = new Params(plan, SPEC.parameters());
      Initialiser.initialise(params, seed);
      return params.toDoubles();
    }
  }

  private static final Map<String, double[]> WEIGHTS = weights(7);

  /** N(0, 2/(k² C_out)) of convolutions, whatever their inputs; Glorot normal of the dense one. */
  @ParameterizedTest
  @CsvSource({
    "stem/kernel, 432, 3, 16",
    "group1/unit1/conv1/kernel, 4608, 3, 32",
    "group1/unit1/conv2/kernel, 9216, 3, 32",
    "group1/unit1/shortcut/kernel, 512, 1, 32",
    "group2/unit1/conv1/kernel, 18432, 3, 64",
    "group2/unit1/shortcut/kernel, 2048, 1, 64",
    "group3/unit1/conv1/kernel, 73728, 3, 128",
    "group3/unit4/conv2/kernel, 147456, 3, 128"
  })
  void convolutions(String name, int count, int side, int outputs) {
    requireNormal(name, count, Math.sqrt(2.0 / (side * side * outputs)));
  }

  @Test
  void dense() {
    requireNormal("dense/kernel", 1280, Math.sqrt(2.0 / (128 + 10)));
  }

  /** Mean, deviation and tails within five standard errors of a normal sample of that size. */
  private static void requireNormal(String name, int count, double deviation) {
    double[] w = WEIGHTS.get(name);
    assertThat(w).as(name).hasSize(count);
    double mean = Arrays.stream(w).average().orElseThrow();
    double square = Arrays.stream(w).map(x -> x * x).average().orElseThrow();
    double root = Math.sqrt(count);
    assertThat(mean).as("mean").isCloseTo(0, within(5 * deviation / root));
    assertThat(Math.sqrt(square) / deviation)
        .as("deviation")
        .isCloseTo(1, within(5 / Math.sqrt(2.0 * count)));
    double beyond = Arrays.stream(w).filter(x -> Math.abs(x) > deviation).count() / (double) count;
    // 31.73 % of a normal lie beyond one deviation; of a uniform 42.3 %.
    assertThat(beyond).as("beyond one").isCloseTo(0.3173, within(5 * 0.4654 / root));
  }

  @Test
  void scalesAreOneAndAllElseIsZero() {
    int others = 0;
    for (ParamLayout.Entry e : SPEC.parameters().entries()) {
      if (e.name().endsWith("/kernel")) continue;
      others++;
      double expected = e.name().endsWith("/gamma") ? 1 : 0;
      assertThat(WEIGHTS.get(e.name())).as(e.name()).containsOnly(expected);
    }
    // 25 norms with scale and shift, 28 convolutions and the dense layer with a bias.
    assertThat(others).isEqualTo(2 * 25 + 28 + 1);
  }

  @Test
  void layersOfOneShapeAreDrawnApartAndTheSeedDecides() {
    assertThat(WEIGHTS.get("group3/unit3/conv1/kernel"))
        .isNotEqualTo(WEIGHTS.get("group3/unit3/conv2/kernel"));
    assertThat(weights(7).get("dense/kernel")).isEqualTo(WEIGHTS.get("dense/kernel"));
    assertThat(weights(8).get("dense/kernel")).isNotEqualTo(WEIGHTS.get("dense/kernel"));
  }
}
