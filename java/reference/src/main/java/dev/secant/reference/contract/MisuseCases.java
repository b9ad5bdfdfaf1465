// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

import dev.secant.backend.Backend;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Differentiable;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What must throw: planning with wrong shapes or types, gradients that were not planned, use after
 * close.
 */
final class MisuseCases {
  private interface Attempt {
    void run(Plan plan);
  }

  private MisuseCases() {}

  static List<Row> run(Backend candidate) {
    Class<? extends RuntimeException> argument = IllegalArgumentException.class;
    Class<? extends RuntimeException> state = IllegalStateException.class;
    List<Row> rows = new ArrayList<>();
    rows.add(
        throwing(
            candidate,
            "add of unequal shapes",
            argument,
            p -> p.add(p.activation(2), p.activation(3), p.activation(2))));
    rows.add(
        throwing(
            candidate,
            "pool of integers",
            argument,
            p -> p.pool(ints(p), p.real(1, 1), null, null)));
    rows.add(throwing(candidate, "convolution with kernel 5", argument, p -> conv(p, 5)));
    rows.add(
        throwing(
            candidate, "advance of two steps", argument, p -> p.advance(p.tensor(DType.I64, 2))));
    rows.add(
        throwing(candidate, "backward without gradients", state, p -> forwardPool(p).backward()));
    rows.add(
        throwing(
            candidate, "backward data without gradients", state, p -> conv(p, 3).backwardData()));
    rows.add(throwing(candidate, "op of a closed plan", state, MisuseCases::opAfterClose));
    rows.add(
        throwing(candidate, "convolution of a closed plan", state, MisuseCases::convAfterClose));
    rows.add(throwing(candidate, "tensor of a closed plan", state, MisuseCases::tensorAfterClose));
    return rows;
  }

  private static Tensor ints(Plan plan) {
    return plan.tensor(DType.I32, 1, 1, 1, 1);
  }

  private static Differentiable forwardPool(Plan plan) {
    return plan.pool(plan.activation(1, 2, 2, 3), plan.real(1, 3), null, null);
  }

  private static Conv2d conv(Plan plan, int kernel) {
    Tensor x = plan.activation(1, 4, 4, 3);
    Tensor w = plan.activation(2, kernel, kernel, 3);
    Tensor y = plan.activation(1, 4, 4, 2);
    return plan.conv2d(
        new Conv2d.Spec(1, 4, 4, 3, 2, kernel, 1), Conv2d.Tensors.forwardOnly(x, w, null, y));
  }

  private static void opAfterClose(Plan plan) {
    Tensor a = plan.activation(2);
    Op add = plan.add(a, a, a);
    plan.close();
    plan.close();
    add.run();
  }

  private static void convAfterClose(Plan plan) {
    Conv2d conv = conv(plan, 3);
    plan.close();
    conv.forward();
  }

  private static void tensorAfterClose(Plan plan) {
    Tensor tensor = plan.real(2);
    plan.close();
    tensor.toDoubles();
  }

  private static Row throwing(
      Backend candidate, String name, Class<? extends RuntimeException> expected, Attempt attempt) {
    String note;
    try (Plan plan = candidate.newPlan()) {
      attempt.run(plan);
      note = "nothing was thrown";
    } catch (RuntimeException e) {
      if (expected.isInstance(e)) return new Row("misuse", name, 0, 0, "");
      note = "threw " + e;
    }
    return new Row(
        "misuse", name, Double.NaN, 0, note + ", " + expected.getSimpleName() + " was expected");
  }
}
