// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A range of values and where its ticks are.
 *
 * @param logarithmic distances are ratios
 */
public record Axis(String title, double low, double high, List<Tick> ticks, boolean logarithmic) {
  private static final double[] STEPS = {1, 2, 2.5, 5, 10};

  public record Tick(double at, String label) {}

  public Axis {
    ticks = List.copyOf(ticks);
  }

  /** From 0 to a little above the greatest value, or to 1 where nothing is above 0. */
  public static Axis fromZero(String title, double greatest) {
    double top = greatest > 0 ? greatest * 1.06 : 1;
    return linear(title, 0, top, 7);
  }

  /**
   * Round ticks within a range.
   *
   * @param about how many
   */
  public static Axis linear(String title, double low, double high, int about) {
    double step = step((high - low) / about);
    int places = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
    if (Math.abs(step * Math.pow(10, places) % 1) > 1e-6) places++;
    List<Tick> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-12); i++) {
      ticks.add(new Tick(i * step, String.format(Locale.ROOT, "%." + places + "f", i * step)));
    }
    return new Axis(title, low, high, ticks, false);
  }

  /** A tick at each of some values above 0, in their logarithm, with room at both ends. */
  public static Axis logarithmic(String title, List<Integer> values) {
    List<Tick> ticks = new ArrayList<>();
    for (int v : values) ticks.add(new Tick(v, Integer.toString(v)));
    double room = values.size() < 2 ? 2 : 1.25;
    double low = values.get(0) / room;
    double high = values.get(values.size() - 1) * room;
    return new Axis(title, low, high, ticks, true);
  }

  /** Names at 0, 1, 2 and so on. */
  public static Axis names(String title, List<String> names) {
    List<Tick> ticks = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) ticks.add(new Tick(i, names.get(i)));
    return new Axis(title, -0.6, names.size() + 0.1, ticks, false);
  }

  /** The least of 1, 2, 2.5, 5 times a power of ten that is no smaller. */
  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double s : STEPS) if (s * power >= least * (1 - 1e-9)) return s * power;
    return 10 * power;
  }

  /** Place of a value in the range, 0..1. */
  double share(double value) {
    if (!logarithmic) return (value - low) / (high - low);
    return Math.log(value / low) / Math.log(high / low);
  }
}
