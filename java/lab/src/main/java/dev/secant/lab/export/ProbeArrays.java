// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.export;

import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.lab.metrics.ProbeMetric;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The probes of a run as arrays: {@code step} and {@code train_time} (T), and of every layer, L0 to
 * L5, {@code nonlin}, {@code stderr}, {@code nonlin_squared}, {@code floor}, {@code relative} and
 * {@code one_minus_cos} (T, layers). T probes, in the order of their steps.
 */
public final class ProbeArrays {
  private ProbeArrays() {}

  /**
   * @param probes at least one, all of one run and of the same weights
   */
  public static byte[] npz(List<ProbeMetric> probes) {
    int times = probes.size();
    long[] steps = probes.stream().mapToLong(ProbeMetric::step).toArray();
    double[] trainTimes = probes.stream().mapToDouble(ProbeMetric::trainTime).toArray();
    NpzFile file =
        new NpzFile().longs("step", steps, times).doubles("train_time", trainTimes, times);
    add(file, "nonlin", probes, LayerNonLin::nonlin);
    add(file, "stderr", probes, LayerNonLin::stderr);
    add(file, "nonlin_squared", probes, LayerNonLin::nonlinSquared);
    add(file, "floor", probes, LayerNonLin::floor);
    add(file, "relative", probes, LayerNonLin::relative);
    add(file, "one_minus_cos", probes, LayerNonLin::oneMinusCos);
    return file.toBytes();
  }

  private static void add(
      NpzFile file, String name, List<ProbeMetric> probes, ToDoubleFunction<LayerNonLin> field) {
    double[] values =
        probes.stream().flatMap(p -> p.layers().stream()).mapToDouble(field).toArray();
    file.doubles(name, values, probes.size(), probes.get(0).layers().size());
  }
}
