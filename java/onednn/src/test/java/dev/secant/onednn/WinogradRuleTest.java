// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.secant.backend.BackendOptions;
import dev.secant.backend.Conv2d;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.KernelConv2d;
import dev.secant.backend.Plan;
import dev.secant.kernels.KernelContext;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which convolutions are whose, and that the backend does as the rule says. */
class WinogradRuleTest {
  private static final Conv2d.Spec TAKEN = new Conv2d.Spec(2, 8, 8, 16, 32, 3, 1);

  private static WinogradRule rule(int level) {
    return new WinogradRule(level, null);
  }

  @ParameterizedTest
  @CsvSource({
    "32, 32, 32, 32, 3, 1, true",
    "32, 32, 16, 32, 3, 1, true",
    "4, 6, 320, 16, 3, 1, true",
    "32, 32, 3, 16, 3, 1, false",
    "32, 32, 16, 24, 3, 1, false",
    "32, 32, 32, 64, 3, 2, false",
    "32, 32, 16, 32, 1, 1, false",
    "32, 31, 16, 16, 3, 1, false",
    "31, 32, 16, 16, 3, 1, false",
    "2, 32, 16, 16, 3, 1, false",
    "32, 2, 16, 16, 3, 1, false",
    "32, 32, 336, 16, 3, 1, false",
    "32, 32, 16, 336, 3, 1, false",
  })
  void shapes(int height, int width, int in, int out, int kernel, int stride, boolean taken) {
    Conv2d.Spec spec = new Conv2d.Spec(2, height, width, in, out, kernel, stride);
    assertThat(rule(3).takes(spec, false)).isEqualTo(taken);
    assertThat(rule(4).takes(spec, false)).isEqualTo(taken);
    assertThat(rule(2).takes(spec, false)).isFalse();
    assertThat(rule(3).takes(spec, true)).as("with bias").isFalse();
  }

  /** Where the processor multiplies bf16 itself, that is faster. */
  @ParameterizedTest
  @EnumSource
  void bf16(Bf16Support support) {
    boolean taken = support != Bf16Support.NATIVE;
    WinogradRule rule = new WinogradRule(4, support);
    assertThat(rule.takes(TAKEN, false)).isEqualTo(taken);
    assertThat(rule.takesAny()).isEqualTo(taken);
  }

  /** All but the stem, the shortcuts and the convolutions that halve the images. */
  @Test
  void mostOfTheNetwork() {
    List<Conv2d.Spec> all = new WideResNetSpec(28, 2, 32, 32, 3, 10, false, 1e-3).convolutions(128);
    assertThat(all.stream().filter(s -> rule(3).takes(s, false))).hasSize(22);
    assertThat(all.stream().filter(s -> s.kernel() == 3 && s.stride() == 1)).hasSize(23);
  }

  @Test
  @Tag("native")
  void theBackendDoesAsTheRuleSays() {
    assumeTrue(KernelContext.processorLevel() >= 3, "no fused multiply-adds");
    assertThat(run(3, Convolution.PLANNED)).isEqualTo(run(3, Convolution.OWN));
    assertThat(run(3, Convolution.PLANNED)).isNotEqualTo(run(3, Convolution.ONEDNN));
    assertThat(run(2, Convolution.PLANNED)).isEqualTo(run(2, Convolution.ONEDNN));
  }

  @Test
  @Tag("native")
  void theDescriptionTells() {
    String winograd = "3x3 convolutions by Winograd";
    try (OneDnnBackend low = backend(2)) {
      assertThat(low.description()).doesNotContain(winograd);
    }
    assumeTrue(KernelContext.processorLevel() >= 3, "no fused multiply-adds");
    try (OneDnnBackend best = backend(3)) {
      assertThat(best.description()).contains("own kernels x86-64-v3, " + winograd + " (secant ");
    }
  }

  private enum Convolution {
    PLANNED,
    OWN,
    ONEDNN
  }

  private static OneDnnBackend backend(int level) {
    return new OneDnnBackend(new BackendOptions(2, level, DeviceOptions.standard()));
  }

  /** y, dL_dx and dL_dw of random operands, one after the other. */
  private static List<Float> run(int level, Convolution by) {
    try (OneDnnBackend backend = backend(level);
        KernelContext context = new KernelContext(2, level)) {
      Plan plan = backend.newPlan();
      Conv2d.Tensors t = tensors(plan);
      try (OneDnnConv2d onednn = new OneDnnConv2d(backend, TAKEN, t);
          KernelConv2d own = new KernelConv2d(context, context, TAKEN, t)) {
        Conv2d conv =
            switch (by) {
              case PLANNED -> plan.conv2d(TAKEN, t);
              case OWN -> own;
              case ONEDNN -> onednn;
            };
        conv.forward();
        conv.backwardData();
        conv.backwardWeights();
      }
      return results(t);
    }
  }

  private static Conv2d.Tensors tensors(Plan plan) {
    Random random = new Random(1);
    Conv2d.Spec s = TAKEN;
    Tensor x = filled(random, plan.real(s.batch(), s.height(), s.width(), s.in()));
    Tensor w = filled(random, plan.real(s.out(), 3, 3, s.in()));
    Tensor y = plan.real(s.batch(), s.height(), s.width(), s.out());
    Tensor dL_dy = filled(random, plan.real(y.shape().dims()));
    Tensor dL_dx = plan.real(x.shape().dims());
    return new Conv2d.Tensors(x, w, null, y, dL_dy, dL_dx, plan.real(w.shape().dims()), null);
  }

  private static Tensor filled(Random random, Tensor tensor) {
    float[] values = new float[(int) tensor.count()];
    for (int i = 0; i < values.length; i++) values[i] = random.nextFloat() - 0.5f;
    tensor.set(values);
    return tensor;
  }

  private static List<Float> results(Conv2d.Tensors t) {
    List<Float> all = new ArrayList<>();
    for (Tensor tensor : List.of(t.y(), t.dL_dx(), t.dL_dw())) {
      for (float value : tensor.toFloats()) all.add(value);
    }
    return all;
  }
}
