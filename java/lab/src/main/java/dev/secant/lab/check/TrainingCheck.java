// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.check.Configurations.Method;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.train.TrainingRig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Whole training steps: recorded ones have the bits of eager ones, several in one launch those of
 * single ones, ten of them the numbers of the CPU, and a trainer beside another one its own bits.
 */
final class TrainingCheck implements Check {
  private static final int STEPS = 10;

  /** Relative to the largest value: the roundings of ten steps in fp32 at a small rate. */
  private static final double CLOSE = 1e-4;

  private final ImageSet set = RandomImages.of(200, 20);

  @Override
  public String section() {
    return "training";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    for (Method method : Configurations.METHODS) {
      againstCpu(s, method, rows);
      if (!s.onDevice()) {
        String why = "the CPU backend records nothing";
        rows.accept(CheckRow.notRun(section(), method.title() + " replayed", why));
        continue;
      }
      for (Arithmetic arithmetic : new Arithmetic[] {Arithmetic.FP32, Arithmetic.BF16})
        replayed(s, method, arithmetic, rows);
    }
    twoTrainers(s, rows);
  }

  private TrainingRig rig(Backend backend, Method method) {
    TrainingRig rig = new TrainingRig(backend, Configurations.small(method), set);
    rig.startAt(30);
    return rig;
  }

  // ---- against the CPU
  // ---------------------------------------------------------------------------------

  private void againstCpu(CheckSettings s, Method method, Consumer<CheckRow> rows) {
    try (TrainingRig cpu = rig(s.openCpu(), method);
        TrainingRig device = rig(s.open(Arithmetic.FP32, true, null), method)) {
      double loss = 0;
      for (int i = 0; i < STEPS; i++) {
        cpu.step().run();
        device.step().run();
        loss = Math.max(loss, Math.abs(device.loss() - cpu.loss()) / Math.abs(cpu.loss()));
      }
      double ema = apart(device.ema(), cpu.ema());
      double statistics = 0;
      Map<String, double[]> expected = cpu.statistics();
      for (Map.Entry<String, double[]> e : device.statistics().entrySet())
        statistics = Math.max(statistics, apart(e.getValue(), expected.get(e.getKey())));
      boolean close = loss <= CLOSE && ema <= CLOSE && statistics <= CLOSE;
      String text =
          "%d fp32 steps: loss %.1e, average weights %.1e, statistics %.1e apart (allowed %.0e)"
              .formatted(STEPS, loss, ema, statistics, CLOSE);
      rows.accept(
          CheckRow.of(section(), method.title() + " as on the CPU", close, text)
              .with(Map.of("loss", loss, "ema", ema, "statistics", statistics)));
    }
  }

  /** Largest difference over the largest value; NaN counts as infinitely far. */
  static double apart(double[] found, double[] expected) {
    double difference = 0;
    double largest = Double.MIN_NORMAL;
    for (int i = 0; i < expected.length; i++) {
      double d = Math.abs(found[i] - expected[i]);
      difference = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(difference, d);
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return difference / largest;
  }

  // ---- recorded
  // ------------------------------------------------------------------------------------------------

  private void replayed(
      CheckSettings s, Method method, Arithmetic arithmetic, Consumer<CheckRow> rows) {
    String name = method.title() + " " + Names.of(arithmetic) + " replayed";
    try (TrainingRig recorded = rig(s.open(arithmetic, true, null), method)) {
      Path plans = plans(s, recorded.backend(), method.title() + "-" + Names.of(arithmetic));
      try (TrainingRig eager = rig(s.open(arithmetic, false, plans), method)) {
        for (int i = 0; i < STEPS; i++) {
          eager.step().run();
          recorded.step().run();
        }
        boolean same =
            Arrays.equals(eager.raw(), recorded.raw())
                && Arrays.equals(eager.ema(), recorded.ema())
                && eager.loss() == recorded.loss();
        String text =
            same
                ? STEPS + " steps: equal bits, " + recorded.step().nodes() + " kernels a step"
                : "other bits than " + STEPS + " eager steps";
        rows.accept(
            CheckRow.of(section(), name, same, text)
                .with(Map.of("kernels", recorded.step().nodes())));
      }
    }
  }

  /** The choices of a backend as a file, or null when it made none. */
  static Path plans(CheckSettings s, Backend backend, String name) {
    if (backend.choices().isEmpty()) return null;
    try {
      return Files.writeString(s.log("plans-" + name + ".json"), backend.choices().get());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- two at once
  // --------------------------------------------------------------------------------------------

  private void twoTrainers(CheckSettings s, Consumer<CheckRow> rows) {
    Method first = Configurations.METHODS.get(2);
    Method second = Configurations.METHODS.get(1);
    double[] alone;
    Path plans;
    try (TrainingRig rig = rig(s.open(Arithmetic.FP32, true, null), first)) {
      plans = plans(s, rig.backend(), "alone");
      rig.step().run(STEPS);
      alone = rig.raw();
    }
    try (TrainingRig a = rig(s.open(Arithmetic.FP32, true, plans), first);
        TrainingRig b = rig(s.open(Arithmetic.FP32, true, null), second)) {
      for (int i = 0; i < STEPS; i++) {
        a.step().run();
        b.step().run();
      }
      boolean same = Arrays.equals(a.raw(), alone);
      rows.accept(
          CheckRow.of(
              section(),
              "two trainers at once",
              same,
              same ? "each has its own bits" : "the first has other bits than alone"));
    }
  }
}
