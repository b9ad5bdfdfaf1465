// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.check.Configurations.Method;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.Word;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.train.TrainingRig;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Whole training steps of WRN-28-2, with the energy that they take. */
final class StepTimes implements Check {
  /** Floors are at 790 TFLOP/s, what an H200 reaches on dense bf16 products. */
  private static final double DENSE_RATE = 790e12;

  /** A few of the readings that the driver averages. */
  private static final double POWER_SECONDS = 3;

  private final Ceilings ceilings;

  StepTimes(Ceilings ceilings) {
    this.ceilings = ceilings;
  }

  @Override
  public String section() {
    return "steps";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    ImageSet set = RandomImages.of(s.quick() ? 2_000 : 50_000, 10);
    if (!s.onDevice()) {
      time(s, set, Arithmetic.FP32, Configurations.METHODS.subList(0, 1), rows);
      return;
    }
    time(s, set, Arithmetic.BF16, Configurations.METHODS, rows);
    time(s, set, Arithmetic.BF16, Configurations.BRANCHED, rows);
    time(s, set, Arithmetic.TF32, Configurations.METHODS.subList(0, 3), rows);
    time(s, set, Arithmetic.FP32, Configurations.METHODS.subList(0, 1), rows);
  }

  /** One backend for all: what one method timed serves the next. */
  private void time(
      CheckSettings s,
      ImageSet set,
      Arithmetic arithmetic,
      List<Method> methods,
      Consumer<CheckRow> rows) {
    try (Backend backend = s.open(arithmetic, true, null)) {
      for (Method method : methods) time(s, backend, set, method, arithmetic, rows);
    }
  }

  private void time(
      CheckSettings s,
      Backend backend,
      ImageSet set,
      Method method,
      Arithmetic arithmetic,
      Consumer<CheckRow> rows) {
    if (s.over()) {
      String name = method.title() + " " + Word.of(arithmetic);
      rows.accept(CheckRow.notRun(section(), name, s.overText()));
      return;
    }
    int batch = s.quick() ? 16 : 128;
    RunConfig config = Configurations.wide(method, batch, s.quick() ? 10 : 28);
    long planned = System.nanoTime();
    try (TrainingRig rig = new TrainingRig(backend, config, set)) {
      rig.step().run();
      rig.step().run();
      rig.backend().synchronize();
      double planSeconds = (System.nanoTime() - planned) / 1e9;
      int updates = s.onDevice() ? 20 : 1;
      rig.windows(s.onDevice() ? 4 : 2);
      Timing t =
          Timing.sampled(
              rig.backend(), 1, updates, () -> rig.step().run(updates), s.onDevice() ? 50 : 3);
      int windows = s.onDevice() ? windowsOf(POWER_SECONDS, t, rig.window()) : 2;
      PowerMeter power = PowerMeter.start(s, backend);
      rig.windows(windows);
      double watts = power.stop();
      row(rig, method, arithmetic, batch, s.quick() ? 10 : 28, t, planSeconds, watts, rows);
      HostCost host =
          HostCost.of(() -> rig.windows(s.onDevice() ? windowsOf(1, t, rig.window()) : 2));
      String name = method.title() + " " + Word.of(arithmetic) + " host";
      rows.accept(host.row(section(), name, s.onDevice()));
    }
  }

  private static int windowsOf(double seconds, Timing t, int window) {
    return (int) Math.max(1, Math.ceil(1e3 * seconds / (t.median() * window)));
  }

  private void row(
      TrainingRig rig,
      Method method,
      Arithmetic arithmetic,
      int batch,
      int depth,
      Timing t,
      double planSeconds,
      double watts,
      Consumer<CheckRow> rows) {
    double perSecond = batch / (t.median() / 1e3);
    double flop = flop(rig.multiplyAdds(), method, batch);
    double rate = flop / (t.median() / 1e3);
    boolean finite = Double.isFinite(rig.loss());
    Map<String, Object> values = t.values();
    values.put("what", "step");
    values.put("method", method.name());
    values.put("k", method.k());
    values.put("branches", Word.of(method.branches()));
    values.put("precision", Word.of(arithmetic));
    values.put("batch", batch);
    values.put("depth", depth);
    values.put("width", 2);
    values.put("images_per_second", perSecond);
    values.put("tflop_per_second", rate / 1e12);
    values.put("floor_ms", 1e3 * flop / DENSE_RATE);
    values.put("graph_nodes", rig.step().nodes());
    values.put("device_bytes", rig.bytes());
    values.put("plan_seconds", planSeconds);
    if (!Double.isNaN(watts)) {
      values.put("watts", watts);
      values.put("joules_per_1000_images", 1000 * watts / perSecond);
    }
    double floor = 100 * 1e3 * flop / DENSE_RATE / t.median();
    String ofFloor = arithmetic == Arithmetic.BF16 ? ", floor %.0f %%".formatted(floor) : "";
    String text =
        "%s, %.0f images/s, %d nodes, %.0f TFLOP/s%s%s, planned in %.1f s%s"
            .formatted(
                t.text(),
                perSecond,
                rig.step().nodes(),
                rate / 1e12,
                ceilings.share("gemm " + Word.of(arithmetic), rate),
                Double.isNaN(watts) ? "" : ", %.0f W".formatted(watts),
                planSeconds,
                ofFloor);
    String name = method.title() + " " + Word.of(arithmetic);
    rows.accept(
        CheckRow.of(section(), name, finite, finite ? text : "the loss is not finite")
            .with(values));
  }

  /**
   * Three times the forward pass for what is trained (the stem's missing gradient left in), and
   * once for the teacher's batch: its K sources are shifts of one batch.
   */
  private static double flop(long multiplyAdds, Method method, int batch) {
    double passes = method.name().equals("ict") ? 3 * 2 + 1 : 3;
    return 2.0 * multiplyAdds * batch * passes;
  }
}
