// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.Conv2d;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.Plan;
import dev.secant.lab.config.Word;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Each convolution of WRN-28-2 by the plan that was chosen for it, in its three directions. */
final class ConvolutionTimes implements Check {
  private static final int BATCH = 128;

  private final Ceilings ceilings;

  ConvolutionTimes(Ceilings ceilings) {
    this.ceilings = ceilings;
  }

  @Override
  public String section() {
    return "convolutions";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    Arithmetic arithmetic = s.arithmetic();
    try (Backend backend = s.open(arithmetic, true, null)) {
      for (Conv2d.Spec spec : shapes(s.quick() ? 8 : BATCH)) {
        if (s.over()) {
          rows.accept(CheckRow.notRun(section(), "what was left", s.overText()));
          break;
        }
        try (Plan plan = backend.newPlan()) {
          time(plan, spec, arithmetic, s.quick(), rows);
        }
      }
      TrainingCheck.plans(s, backend, "convolutions");
    }
  }

  private static Set<Conv2d.Spec> shapes(int batch) {
    WideResNetSpec spec = new WideResNetSpec(28, 2, 32, 32, 3, 10, false, WideResNetSpec.BN_EPS);
    return new LinkedHashSet<>(spec.convolutions(batch));
  }

  void time(
      Plan plan, Conv2d.Spec c, Arithmetic arithmetic, boolean quick, Consumer<CheckRow> rows) {
    Tensor x = plan.activation(c.batch(), c.height(), c.width(), c.in());
    Tensor w = plan.activation(c.out(), c.kernel(), c.kernel(), c.in());
    Tensor y = plan.activation(c.batch(), c.outHeight(), c.outWidth(), c.out());
    Tensor dL_dy = plan.activation(c.batch(), c.outHeight(), c.outWidth(), c.out());
    boolean stem = c.in() == 3;
    Tensor dL_dx = stem ? null : plan.activation(c.batch(), c.height(), c.width(), c.in());
    Tensor dL_dw = plan.real(c.out(), c.kernel(), c.kernel(), c.in());
    ChosenPlans before = ChosenPlans.of(plan.backend());
    Conv2d op = plan.conv2d(c, new Conv2d.Tensors(x, w, null, y, dL_dy, dL_dx, dL_dw, null));
    ChosenPlans chosen = ChosenPlans.of(plan.backend()).since(before);
    row("forward", c, arithmetic, Timing.of(plan.backend(), 20, quick, op::forward), chosen, rows);
    if (!stem) {
      Timing t = Timing.of(plan.backend(), 20, quick, op::backwardData);
      row("backward-data", c, arithmetic, t, chosen, rows);
    }
    Timing t = Timing.of(plan.backend(), 20, quick, op::backwardWeights);
    row("backward-weights", c, arithmetic, t, chosen, rows);
  }

  private void row(
      String direction,
      Conv2d.Spec c,
      Arithmetic arithmetic,
      Timing t,
      ChosenPlans chosen,
      Consumer<CheckRow> rows) {
    double flop = 2.0 * c.batch() * c.multiplyAdds();
    double rate = flop / (t.median() / 1e3);
    String shape =
        "%dx%d %d>%d k%d s%d"
            .formatted(c.height(), c.width(), c.in(), c.out(), c.kernel(), c.stride());
    Map<String, Object> values = t.values();
    values.put("what", "convolution");
    values.put("kernel", direction + " " + shape);
    values.put("precision", Word.of(arithmetic));
    values.put("batch", c.batch());
    values.put("tflop_per_second", rate / 1e12);
    values.putAll(chosen.values(direction));
    String text =
        "%s, %.1f TFLOP/s%s%s"
            .formatted(
                t.text(), rate / 1e12, ceilings.share("gemm bf16", rate), chosen.text(direction));
    rows.accept(
        CheckRow.pass(section(), direction + " " + shape + " " + Word.of(arithmetic), text)
            .with(values));
  }
}
