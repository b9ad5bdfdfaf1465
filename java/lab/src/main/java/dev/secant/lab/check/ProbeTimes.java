// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.check.Configurations.Method;
import dev.secant.lab.config.Word;
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
    int depth = s.quick() ? 10 : 28;
    ImageSet set = RandomImages.of(1_000, images);
    Method method = Configurations.METHODS.get(0);
    Arithmetic arithmetic = s.arithmetic();
    try (Backend backend = s.open(arithmetic, true, null);
        TrainingRig rig =
            new TrainingRig(
                backend, Configurations.wide(method, s.quick() ? 16 : 128, depth), set)) {
      ProbeRunner probe = rig.evaluation();
      probe.probe();
      int samples = s.onDevice() ? 10 : 3;
      Timing whole = Timing.sampled(rig.backend(), 1, 1, probe::probe, samples);
      Timing evaluation = Timing.sampled(rig.backend(), 1, 1, probe::evaluate, samples);
      rows.accept(row("probe", arithmetic, images, depth, whole));
      rows.accept(row("evaluation", arithmetic, images, depth, evaluation));
    }
  }

  private CheckRow row(String what, Arithmetic arithmetic, int images, int depth, Timing t) {
    Map<String, Object> values = t.values();
    values.put("what", what);
    values.put("precision", Word.of(arithmetic));
    values.put("batch", images);
    values.put("k", 2);
    values.put("depth", depth);
    values.put("width", 2);
    values.put("images_per_second", images / (t.median() / 1e3));
    String text = "%s for %d images".formatted(t.text(), images);
    return CheckRow.pass(section(), what + " " + Word.of(arithmetic), text).with(values);
  }
}
