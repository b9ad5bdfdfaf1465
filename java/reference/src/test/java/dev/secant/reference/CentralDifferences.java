// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Plan;
import dev.secant.random.Philox;
import dev.secant.tensor.Tensor;
import java.util.function.DoubleSupplier;

/** A scalar loss of tensors, and its gradient by (L(x + h) − L(x − h)) / 2h, element by element. */
final class CentralDifferences {
  private static final double STEP = 1e-5;
  private static final double ALLOWED = 1e-8;

  private CentralDifferences() {}

  /** A real tensor of values uniform in [low, high], others for each tensor of a plan. */
  static Tensor uniform(Plan plan, double low, double high, long... dims) {
    Tensor tensor = plan.real(dims);
    double[] values = new double[(int) tensor.count()];
    int number = (int) plan.bytes();
    for (int i = 0; i < values.length; i++) {
      values[i] = low + (high - low) * Philox.uniform(Philox.block(17, 0, 0, number, i)[0]);
    }
    tensor.set(values);
    return tensor;
  }

  /** Σ weights · y: a loss whose gradient to y is the weights. */
  static double weighted(Tensor y, Tensor weights) {
    double[] values = y.toDoubles();
    double[] factors = weights.toDoubles();
    double sum = 0;
    for (int i = 0; i < values.length; i++) sum += values[i] * factors[i];
    return sum;
  }

  /**
   * @param loss of the op run anew with what the input holds
   */
  static void requireGradient(String what, Tensor input, double[] gradient, DoubleSupplier loss) {
    double[] original = input.toDoubles();
    for (int i = 0; i < original.length; i++) {
      double difference = at(input, original, i, STEP, loss) - at(input, original, i, -STEP, loss);
      double expected = difference / (2 * STEP);
      assertThat(gradient[i])
          .as(what + " " + i)
          .isCloseTo(expected, within(ALLOWED * (1 + Math.abs(expected))));
    }
    input.set(original);
  }

  private static double at(
      Tensor input, double[] original, int element, double move, DoubleSupplier loss) {
    double[] moved = original.clone();
    moved[element] += move;
    input.set(moved);
    return loss.getAsDouble();
  }
}
