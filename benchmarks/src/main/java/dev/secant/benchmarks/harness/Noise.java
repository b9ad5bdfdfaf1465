// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Which processes were disturbed, so that what they measured is thrown away. */
public final class Noise {
  /** Percent of all processors. */
  static final double OTHERS = 5;

  static final double STOLEN = 2;

  /** Share of the best control of this run that may be lost: clocks of virtual machines vary. */
  static final double LOST = 0.10;

  private final Map<String, Double> best = new HashMap<>();

  /** Why a process does not count; empty when it does. Remembers the best controls. */
  public Optional<String> of(Measured m) {
    m.controls().forEach((kind, rate) -> best.merge(kind, rate, Math::max));
    if (m.others() > OTHERS)
      return reason("other processes took %.0f %% of the processors", m.others());
    if (m.stolen() > STOLEN) return reason("the host took %.0f %% of the processors", m.stolen());
    for (Map.Entry<String, Double> control : m.controls().entrySet()) {
      double lost = 1 - control.getValue() / best.get(control.getKey());
      if (lost > LOST)
        return reason("the control " + control.getKey() + " fell by %.0f %%", 100 * lost);
    }
    return Optional.empty();
  }

  private static Optional<String> reason(String text, double value) {
    return Optional.of(String.format(Locale.ROOT, text, value));
  }
}
