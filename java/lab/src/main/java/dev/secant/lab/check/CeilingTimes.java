// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.Backend;
import dev.secant.backend.Ceiling;
import dev.secant.backend.Plan;
import java.util.Map;
import java.util.function.Consumer;

/** What the device reaches on the simplest work: the scale for everything below. */
final class CeilingTimes implements Check {
  private final Ceilings ceilings;

  CeilingTimes(Ceilings ceilings) {
    this.ceilings = ceilings;
  }

  @Override
  public String section() {
    return "ceilings";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    try (Backend backend = s.open(s.arithmetic(), true, null);
        Plan plan = backend.newPlan()) {
      for (Ceiling ceiling : backend.ceilings(plan, s.quick())) {
        Timing t = Timing.of(backend, 4, s.quick(), ceiling.op()::run);
        double rate = ceiling.amount() / (t.median() / 1e3);
        ceilings.put(ceiling.name(), rate);
        Map<String, Object> values = t.values();
        values.put("what", "ceiling");
        values.put("kernel", ceiling.name());
        values.put(
            ceiling.unit().equals("B") ? "gb_per_second" : "tflop_per_second",
            scaled(ceiling, rate));
        rows.accept(
            CheckRow.pass(section(), ceiling.name(), text(ceiling, rate) + ", " + t.text())
                .with(values));
      }
    }
  }

  private static double scaled(Ceiling c, double rate) {
    return c.unit().equals("B") ? rate / 1e9 : rate / 1e12;
  }

  private static String text(Ceiling c, double rate) {
    return c.unit().equals("B")
        ? "%.0f GB/s".formatted(rate / 1e9)
        : "%.1f TFLOP/s".formatted(rate / 1e12);
  }
}
