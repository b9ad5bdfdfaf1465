// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Adam;
import dev.secant.backend.Conv2d;
import dev.secant.backend.NonLinLayer;
import dev.secant.backend.Norm;
import dev.secant.backend.Op;
import dev.secant.backend.OptimTensors;
import dev.secant.backend.Plan;
import dev.secant.backend.Scalars;
import dev.secant.backend.Schedule;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Values worked out by hand, owners, and the messages of planning. */
class ReferenceBackendTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final Plan plan = backend.newPlan();

  @AfterEach
  void close() {
    backend.close();
  }

  private Tensor real(double[] values, long... dims) {
    Tensor tensor = plan.real(dims);
    tensor.set(values);
    return tensor;
  }

  @Test
  void aStridedConvolutionReadsFromTheEvenPixels() {
    Tensor x =
        real(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, 1, 4, 4, 1);
    Tensor w = real(new double[] {0, 0, 0, 0, 1, 10, 0, 0, 0}, 1, 3, 3, 1);
    Tensor y = plan.real(1, 2, 2, 1);
    plan.conv2d(new Conv2d.Spec(1, 4, 4, 1, 1, 3, 2), Conv2d.Tensors.forwardOnly(x, w, null, y))
        .forward();
    assertThat(y.toDoubles()).containsExactly(21, 43, 109, 131);
  }

  @Test
  void aConvolutionIsPaddedOnAllSides() {
    Tensor x = real(new double[] {1, 1, 1, 1}, 1, 2, 2, 1);
    Tensor w = real(new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1}, 1, 3, 3, 1);
    Tensor y = plan.real(1, 2, 2, 1);
    plan.conv2d(new Conv2d.Spec(1, 2, 2, 1, 1, 3, 1), Conv2d.Tensors.forwardOnly(x, w, null, y))
        .forward();
    assertThat(y.toDoubles()).containsExactly(4, 4, 4, 4);
  }

  @Test
  void runningVarianceTakesTheUnbiasedVarianceOfMarkedSegmentsInOrder() {
    Tensor x = real(new double[] {1, 3, 10, 30}, 4, 1, 1, 1);
    Tensor mean = plan.real(1);
    Tensor variance = real(new double[] {1}, 1);
    Tensor one = real(new double[] {1}, 1);
    Tensor rate = real(new double[] {0.5}, 1);
    Norm.Tensors t =
        new Norm.Tensors(
            x,
            null,
            null,
            one,
            plan.real(1),
            mean,
            variance,
            rate,
            plan.real(4, 1, 1, 1),
            null,
            null,
            null,
            null,
            null);
    plan.norm(new Norm.Spec(Norm.Statistics.BATCH, 2, 2, 1e-3, 1), t).forward();
    assertThat(mean.toDoubles()).containsExactly(10);
    assertThat(variance.toDoubles()).containsExactly(100.5);
    plan.norm(new Norm.Spec(Norm.Statistics.BATCH, 2, 3, 1e-3, 1), t).forward();
    assertThat(mean.toDoubles()[0]).isEqualTo((10 * 0.5 + 2 * 0.5) * 0.5 + 20 * 0.5);
  }

  @Test
  void theScheduleRampsAndWarmsUp() {
    Schedule schedule = new Schedule(1000, 0.002, false, 100, 0.4, 0.999, true, 0.999, false);
    Tensor step = plan.tensor(DType.I64, 1);
    Scalars scalars = Scalars.of(plan);
    Op op = plan.schedule(schedule, step, scalars);
    op.run();
    assertThat(scalars.weight().toDoubles()).containsExactly(0);
    assertThat(scalars.emaRate().toDoubles()).containsExactly(0.1);
    assertThat(scalars.bnRate().toDoubles()).containsExactly(0.999);
    step.set(new long[] {200});
    op.run();
    assertThat(scalars.weight().toDoubles()).containsExactly(50);
    step.set(new long[] {400});
    op.run();
    assertThat(scalars.weight().toDoubles()).containsExactly(100);
    plan.advance(step).run();
    assertThat(step.toLongs()).containsExactly(401);
  }

  @Test
  void theFirstAdamStepMovesByTheLearningRateThenDecaysThenAverages() {
    Tensor p = real(new double[] {1, 1}, 2);
    Tensor ema = real(new double[] {1, 1}, 2);
    Tensor grad = real(new double[] {0.3, -7}, 2);
    Scalars scalars = Scalars.of(plan);
    scalars.learningRate().set(0.1);
    scalars.emaRate().set(0.5);
    Adam adam = new Adam(0.9, 0.999, 1e-8, 0.02, 1);
    plan.optimiser(
            adam,
            plan.tensor(DType.I64, 1),
            scalars,
            OptimTensors.of(grad, p, plan.real(2), plan.real(2), ema))
        .run();
    double kernel = 0.9 * (1 - 0.02 * 0.1);
    assertThat(p.toDoubles()).containsExactly(new double[] {kernel, 1.1}, within(1e-6));
    assertThat(ema.toDoubles())
        .containsExactly(new double[] {(1 + kernel) / 2, 1.05}, within(1e-6));
  }

  @Test
  void nonLinOfOrthogonalUnitVectors() {
    Tensor points = real(new double[] {2, 0, 0, 3}, 2, 2);
    Tensor mixed = real(new double[] {5, 0}, 1, 2);
    Tensor rows = plan.tensor(DType.I32, 1, 2);
    rows.set(new int[] {0, 1});
    Tensor lambda = plan.tensor(DType.F32, 1, 2);
    lambda.set(new float[] {0.5f, 0.5f});
    Tensor out = plan.tensor(DType.F64, 1, 1, 4);
    plan.nonlin(List.of(new NonLinLayer(points, mixed)), rows, lambda, 1e-12, out).run();
    double mixedNorm = Math.sqrt(1 + 2.25);
    double floor = Math.hypot(1 / mixedNorm - 0.5, 1.5 / mixedNorm - 0.5);
    double relative = Math.hypot(5 - 1, 1.5) / mixedNorm;
    double[] expected = {Math.sqrt(0.5), floor, relative, 1 - 1 / mixedNorm};
    assertThat(out.toDoubles()).containsExactly(expected, within(1e-15));
  }

  @Test
  void planningSaysWhatWasExpectedAndFound() {
    Tensor x = plan.real(1, 4, 4, 3);
    Tensor w = plan.real(2, 3, 3, 4);
    Conv2d.Tensors t = Conv2d.Tensors.forwardOnly(x, w, null, plan.real(1, 4, 4, 2));
    assertThatThrownBy(() -> plan.conv2d(new Conv2d.Spec(1, 4, 4, 3, 2, 3, 1), t))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("conv2d: w must be F64 (2, 3, 3, 3), got F64 (2, 3, 3, 4)");
    assertThatThrownBy(() -> plan.conv2d(new Conv2d.Spec(1, 4, 4, 3, 2, 3, 3), t))
        .hasMessage("conv2d: stride must be in 1..2, got 3");
    Tensor kernel = plan.real(3, 2);
    assertThatThrownBy(
            () ->
                plan.dense(plan.real(1, 2), kernel, null, plan.real(1, 3), null, null, null, null))
        .hasMessage("dense: bias must be given, got null");
    assertThatThrownBy(() -> plan.add(plan.tensor(DType.F32, 2), plan.real(2), plan.real(2)))
        .hasMessage("add: a must be F64 (2), got F32 (2)");
  }

  @Test
  void closingTheBackendClosesItsPlansOnce() {
    Tensor tensor = plan.real(2);
    Op add = plan.add(tensor, tensor, tensor);
    backend.close();
    backend.close();
    plan.close();
    assertThatThrownBy(add::run).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> plan.real(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(backend::newPlan).isInstanceOf(IllegalStateException.class);
  }
}
