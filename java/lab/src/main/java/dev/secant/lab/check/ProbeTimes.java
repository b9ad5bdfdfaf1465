// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.check.Configurations.Method;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.probe.ProbeRunner;
import dev.secant.lab.train.TrainingRig;
import java.util.Map;
import java.util.function.Consumer;

/** A whole probe of WRN-28-2 on 10,000 images, and the evaluation alone. */
final class ProbeTimes implements Check {
  @Override
  public String section() {
    return "probe times";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    int images = s.quick() ? 300 : 10_000;
    ImageSet set = RandomImages.of(1_000, images);
    Method method = Configurations.METHODS.get(0);
    Arithmetic arithmetic = s.onDevice() ? Arithmetic.BF16 : Arithmetic.FP32;
    try (TrainingRig rig =
        new TrainingRig(
            s.open(arithmetic, true, null),
            Configurations.wide(method, s.quick() ? 16 : 128, s.quick() ? 10 : 28),
            set)) {
      ProbeRunner probe = rig.probe();
      probe.probe();
      int samples = s.onDevice() ? 10 : 3;
      Timing whole = Timing.sampled(rig.backend(), 1, 1, probe::probe, samples);
      Timing evaluation = Timing.sampled(rig.backend(), 1, 1, probe::evaluate, samples);
      rows.accept(row("probe", arithmetic, images, whole));
      rows.accept(row("evaluation", arithmetic, images, evaluation));
    }
  }

  private CheckRow row(String what, Arithmetic arithmetic, int images, Timing t) {
    Map<String, Object> values = t.values();
    values.put("what", what);
    values.put("precision", Names.of(arithmetic));
    values.put("batch", images);
    values.put("k", 2);
    values.put("images_per_second", images / (t.median() / 1e3));
    String text = "%s for %d images".formatted(t.text(), images);
    return CheckRow.pass(section(), what + " " + Names.of(arithmetic), text).with(values);
  }
}
