// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.lab.probe.Probe;
import dev.secant.lab.train.TrainingRig;
import java.util.Map;
import java.util.function.Consumer;

/** The probe of the same weights on the device and on the CPU. */
final class ProbeCheck implements Check {
  private static final double CLOSE = 1e-4;

  private final ImageSet set;

  ProbeCheck() {
    this(RandomImages.of(100, 300));
  }

  ProbeCheck(ImageSet set) {
    this.set = set;
  }

  @Override
  public String section() {
    return "probe";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    RunConfig config = Configurations.small(Configurations.METHODS.get(0));
    try (Backend ofCpu = s.openCpu();
        Backend ofDevice = s.open(Arithmetic.FP32, true, null);
        TrainingRig cpu = new TrainingRig(ofCpu, config, set);
        TrainingRig device = new TrainingRig(ofDevice, config, set)) {
      Probe expected = cpu.probe().probe();
      Probe found = device.probe().probe();
      double apart = 0;
      for (int l = 0; l < expected.layers().size(); l++)
        apart = Math.max(apart, apart(found.layers().get(l), expected.layers().get(l)));
      boolean close = apart <= CLOSE;
      String text =
          "NonLin and floor of six layers within %.1e, accuracy %.3f and %.3f"
              .formatted(apart, found.evaluation().accuracy(), expected.evaluation().accuracy());
      rows.accept(
          CheckRow.of(section(), "as on the CPU", close, text).with(Map.of("apart", apart)));
    }
  }

  private static double apart(LayerNonLin found, LayerNonLin expected) {
    double d =
        Math.max(
            Math.abs(found.nonlin() - expected.nonlin()),
            Math.abs(found.floor() - expected.floor()));
    return Double.isNaN(d) ? Double.POSITIVE_INFINITY : d;
  }
}
