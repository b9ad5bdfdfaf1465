// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static dev.secant.lab.train.TinyTraining.requireClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.nn.ParamLayout;
import dev.secant.reference.ReferenceBackend;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * T9: a step is Adam, then the decay of convolution and dense kernels alone, then the average, by
 * the formulas of the method's section 3 in double, from the gradients that the step leaves; and
 * T12: the weight of the consistency loss rises from 0 to 100 over the first 40 % of the steps.
 */
@Tag("native")
class UpdateOrderTest {
  private static final double RATE = 0.002;

  @ParameterizedTest
  @CsvSource({"method=erm", "method=mixup", "method=ict"})
  void threeStepsFollowTheFormulaInDouble(String method) {
    // One addition may differ by a rounding of values around 1.
    follow(new ReferenceBackend(), 1e-14, method);
  }

  @Test
  void theCpuBackendFollowsItInSingle() {
    Backend cpu = Backends.create("cpu", BackendOptions.threads(2));
    // Weights of size 1 in single precision, a few roundings a step.
    follow(cpu, 1e-6, "method=ict");
  }

  private static void follow(Backend backend, double allowed, String method) {
    // A large decay, so that its place in the order shows.
    try (TinyTraining t =
        new TinyTraining(
            backend,
            TinyTraining.images(8),
            method,
            "optim.weight-decay=40",
            "net.conv-bias=true",
            "ema.decay=0.9")) {
      double[] p = t.raw();
      double[] ema = t.ema();
      double[] m = new double[p.length];
      double[] v = new double[p.length];
      boolean[] kernel = kernels(t);
      for (int step = 0; step < 3; step++) {
        t.step.run();
        double[] g = t.model.gradients().flat().toDoubles();
        double bias = Math.sqrt(1 - Math.pow(0.999, step + 1)) / (1 - Math.pow(0.9, step + 1));
        for (int i = 0; i < p.length; i++) {
          m[i] = 0.9 * m[i] + 0.1 * g[i];
          v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
          p[i] -= RATE * bias * m[i] / (Math.sqrt(v[i]) + 1e-8);
          if (kernel[i]) p[i] *= 1 - 40 * RATE;
          ema[i] = 0.9 * ema[i] + 0.1 * p[i];
        }
        requireClose("weights, step " + step, t.raw(), p, allowed);
        requireClose("average, step " + step, t.ema(), ema, allowed);
        assertThat(t.model.step().toLongs()).containsExactly(step + 1);
        p = t.raw();
        ema = t.ema();
      }
    }
  }

  private static boolean[] kernels(TinyTraining t) {
    boolean[] kernel = new boolean[(int) t.model.raw().layout().count()];
    for (ParamLayout.Entry e : t.model.raw().layout().entries()) {
      for (int i = 0; i < e.shape().count(); i++) {
        kernel[(int) e.offset() + i] = e.name().endsWith("/kernel");
      }
    }
    return kernel;
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 5", "10, 50", "19, 95", "20, 100", "21, 100", "49, 100"})
  void theConsistencyWeightRampsOverFortyPercent(long step, double weight) {
    try (TinyTraining t =
        new TinyTraining(
            new ReferenceBackend(), TinyTraining.images(4), "method=ict", "augment=none")) {
      t.reset(t.raw(), t.ema(), step);
      t.step.run();
      assertThat(t.step.weight()).isCloseTo(weight, within(1e-12));
    }
  }

  @Test
  void methodsWithoutConsistencyHaveNoWeight() {
    try (TinyTraining t =
        new TinyTraining(
            new ReferenceBackend(), TinyTraining.images(4), "method=mixup", "augment=none")) {
      t.reset(t.raw(), t.ema(), 30);
      t.step.run();
      assertThat(t.step.weight()).isZero();
      assertThat(t.step.consistencyLoss()).isZero();
    }
  }
}
