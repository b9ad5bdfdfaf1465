// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import static dev.secant.reference.CentralDifferences.requireGradient;
import static dev.secant.reference.CentralDifferences.uniform;
import static dev.secant.reference.CentralDifferences.weighted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Consistency;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Differentiable;
import dev.secant.backend.Norm;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every gradient of the reference backend against central differences of its own forward pass. */
class ReferenceGradientTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final Plan plan = backend.newPlan();

  @AfterEach
  void close() {
    backend.close();
  }

  @ParameterizedTest
  @CsvSource({"3, 1", "3, 2", "1, 1", "1, 2"})
  void convolution(int kernel, int stride) {
    Conv2d.Spec spec = new Conv2d.Spec(2, 4, 6, 3, 2, kernel, stride);
    Tensor x = uniform(plan, -1, 1, 2, 4, 6, 3);
    Tensor w = uniform(plan, -1, 1, 2, kernel, kernel, 3);
    Tensor b = uniform(plan, -1, 1, 2);
    Tensor y = plan.real(2, spec.outHeight(), spec.outWidth(), 2);
    Tensor dL_dy = uniform(plan, -1, 1, y.shape().dims());
    Conv2d.Tensors t =
        new Conv2d.Tensors(
            x, w, b, y, dL_dy, plan.real(2, 4, 6, 3), plan.real(w.shape().dims()), plan.real(2));
    Conv2d conv = plan.conv2d(spec, t);
    DoubleSupplier loss =
        () -> {
          conv.forward();
          return weighted(y, dL_dy);
        };
    conv.backwardData();
    conv.backwardWeights();
    requireGradient("dL_dx", x, t.dL_dx().toDoubles(), loss);
    requireGradient("dL_dw", w, t.dL_dw().toDoubles(), loss);
    requireGradient("dL_db", b, t.dL_db().toDoubles(), loss);
  }

  @ParameterizedTest
  @CsvSource({"1, 0.1", "3, 0.1", "2, 1", "1, 0"})
  void norm(int segments, double slope) {
    Tensor x = uniform(plan, -1, 2, 6, 2, 3, 2);
    Tensor residual = uniform(plan, -1, 1, 6, 2, 3, 2);
    Tensor gamma = uniform(plan, 0.5, 1.5, 2);
    Tensor beta = uniform(plan, -0.5, 0.5, 2);
    Tensor y = plan.real(6, 2, 3, 2);
    Tensor dL_dy = uniform(plan, -1, 1, 6, 2, 3, 2);
    Tensor dL_dx = plan.real(6, 2, 3, 2);
    Tensor sum = plan.real(6, 2, 3, 2);
    Tensor dL_dgamma = plan.real(2);
    Tensor dL_dbeta = plan.real(2);
    Norm norm =
        plan.norm(
            new Norm.Spec(Norm.Statistics.BATCH, segments, 0, 1e-3, slope),
            new Norm.Tensors(
                x, residual, sum, gamma, beta, null, null, null, y, dL_dy, null, dL_dx, dL_dgamma,
                dL_dbeta));
    DoubleSupplier loss =
        () -> {
          norm.forward();
          return weighted(y, dL_dy);
        };
    loss.getAsDouble();
    requireNoKink(y, slope);
    norm.backward();
    requireGradient("dL_dx", x, dL_dx.toDoubles(), loss);
    requireGradient("dL_dx of the residual", residual, dL_dx.toDoubles(), loss);
    requireGradient("dL_dgamma", gamma, dL_dgamma.toDoubles(), loss);
    requireGradient("dL_dbeta", beta, dL_dbeta.toDoubles(), loss);
  }

  /** Central differences mean something only where no step crosses the kink of the leaky ReLU. */
  private static void requireNoKink(Tensor y, double slope) {
    for (double value : y.toDoubles()) {
      double z = value > 0 || slope == 0 ? value : value / slope;
      if (slope != 1 && z != 0) assertThat(Math.abs(z)).isGreaterThan(1e-4);
    }
  }

  @Test
  void normAddsTheAddend() {
    Tensor x = uniform(plan, -1, 2, 4, 2, 2, 2);
    Tensor gamma = uniform(plan, 0.5, 1.5, 2);
    Tensor beta = uniform(plan, -0.5, 0.5, 2);
    Tensor y = plan.real(4, 2, 2, 2);
    Tensor dL_dy = uniform(plan, -1, 1, 4, 2, 2, 2);
    Tensor addend = uniform(plan, -1, 1, 4, 2, 2, 2);
    double[] added = addend.toDoubles();
    Norm.Spec spec = new Norm.Spec(Norm.Statistics.BATCH, 1, 0, 1e-3, 0.1);
    Tensor plain = plan.real(4, 2, 2, 2);
    Tensor dL_dgamma = plan.real(2);
    Tensor dL_dbeta = plan.real(2);
    for (Tensor[] pair : new Tensor[][] {{null, plain}, {addend, addend}}) {
      Norm.Tensors t =
          new Norm.Tensors(
              x, null, null, gamma, beta, null, null, null, y, dL_dy, pair[0], pair[1], dL_dgamma,
              dL_dbeta);
      Norm norm = plan.norm(spec, t);
      norm.forward();
      norm.backward();
    }
    double[] expected = plain.toDoubles();
    for (int i = 0; i < expected.length; i++) expected[i] += added[i];
    assertThat(addend.toDoubles()).containsExactly(expected, within(1e-15));
  }

  @Test
  void pool() {
    Tensor y = uniform(plan, -1, 1, 2, 3, 2, 4);
    Tensor pooled = plan.real(2, 4);
    Tensor dL_dpooled = uniform(plan, -1, 1, 2, 4);
    Tensor dL_dy = plan.real(2, 3, 2, 4);
    Differentiable pool = plan.pool(y, pooled, dL_dpooled, dL_dy);
    pool.backward();
    requireGradient(
        "dL_dy",
        y,
        dL_dy.toDoubles(),
        () -> {
          pool.forward();
          return weighted(pooled, dL_dpooled);
        });
  }

  @Test
  void dense() {
    Tensor x = uniform(plan, -1, 1, 3, 5);
    Tensor w = uniform(plan, -1, 1, 4, 5);
    Tensor bias = uniform(plan, -1, 1, 4);
    Tensor logits = plan.real(3, 4);
    Tensor dL_dlogits = uniform(plan, -1, 1, 3, 4);
    Tensor dL_dx = plan.real(3, 5);
    Tensor dL_dw = plan.real(4, 5);
    Tensor dL_dbias = plan.real(4);
    Differentiable dense = plan.dense(x, w, bias, logits, dL_dlogits, dL_dx, dL_dw, dL_dbias);
    dense.backward();
    DoubleSupplier loss =
        () -> {
          dense.forward();
          return weighted(logits, dL_dlogits);
        };
    requireGradient("dL_dx", x, dL_dx.toDoubles(), loss);
    requireGradient("dL_dw", w, dL_dw.toDoubles(), loss);
    requireGradient("dL_dbias", bias, dL_dbias.toDoubles(), loss);
  }

  @Test
  void crossEntropy() {
    Tensor logits = uniform(plan, -3, 3, 3, 4);
    Tensor targets = plan.real(3, 4);
    targets.set(1, 0, 0, 0, 0.25, 0.75, 0, 0, 0.1, 0.2, 0.3, 0.4);
    Tensor loss = plan.real(1);
    Tensor dL_dlogits = plan.real(3, 4);
    Op op = plan.crossEntropy(logits, targets, loss, dL_dlogits);
    op.run();
    requireGradient(
        "dL_dlogits",
        logits,
        dL_dlogits.toDoubles(),
        () -> {
          op.run();
          return loss.toDoubles()[0];
        });
  }

  static Stream<Consistency> everyConsistency() {
    return Stream.of(Consistency.Space.values())
        .flatMap(
            space -> Stream.of(Consistency.Reduction.values()).map(r -> new Consistency(space, r)));
  }

  @ParameterizedTest
  @MethodSource("everyConsistency")
  void consistency(Consistency spec) {
    double weight = 2.5;
    Tensor student = uniform(plan, -2, 2, 3, 4);
    Tensor targets = uniform(plan, -2, 2, 3, 4);
    Tensor rows = plan.tensor(DType.I32, 3, 2);
    rows.set(new int[] {0, 1, 1, 2, 2, 0});
    Tensor lambda = plan.tensor(DType.F32, 3, 2);
    lambda.set(new float[] {0.25f, 0.75f, 1, 0, 0.6f, 0.4f});
    Tensor loss = plan.real(1);
    Tensor dL_dstudent = plan.real(3, 4);
    Tensor dL_dtargets = plan.real(3, 4);
    Tensor scale = plan.real(1);
    scale.set(weight);
    Op op =
        plan.consistency(
            spec,
            new Consistency.Tensors(
                student, targets, rows, lambda, scale, loss, dL_dstudent, dL_dtargets));
    op.run();
    DoubleSupplier weighted =
        () -> {
          op.run();
          return weight * loss.toDoubles()[0];
        };
    double[] toTargets = dL_dtargets.toDoubles();
    requireGradient("dL_dstudent", student, dL_dstudent.toDoubles(), weighted);
    requireGradient("dL_dtargets", targets, toTargets, weighted);
  }
}
