// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;

/**
 * A profiler of JMH, {@code -prof dev.secant.benchmarks.harness.ControlProfiler}: controls before
 * the first and after the last iteration, and in between the shares of the processors that the host
 * and other processes took.
 */
public final class ControlProfiler implements InternalProfiler {
  static final String OTHERS = "secant.others";
  static final String STOLEN = "secant.stolen";
  static final String CONTROL = "secant.control.";

  private static final double GIGA = 1e9;

  private final Controls controls = new Controls();
  private Map<String, Double> before;
  private boolean warm;
  private int measured;
  private Load start;

  @Override
  public String getDescription() {
    return "memory and FMA rates of the process, and the load of the machine";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    if (!warm) controls.warm();
    warm = true;
    if (iteration.getType() == IterationType.MEASUREMENT && measured == 0)
      before = controls.rates();
    start = Load.now();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    Load end = Load.now();
    if (iteration.getType() != IterationType.MEASUREMENT) return List.of();
    List<Result<?>> results = new ArrayList<>();
    results.add(scalar(OTHERS, 100 * end.othersSince(start), "%"));
    results.add(scalar(STOLEN, 100 * end.stolenSince(start), "%"));
    if (++measured == iteration.getCount()) {
      Map<String, Double> after = controls.rates();
      before.forEach(
          (kind, rate) -> {
            String unit = kind.equals("fma") ? "GFLOP/s" : "GB/s";
            double least = Math.min(rate, after.get(kind)) / GIGA;
            // JMH counts iterations without a result as 0.
            results.add(new ScalarResult(CONTROL + kind, least, unit, AggregationPolicy.MAX));
          });
      controls.close();
    }
    return results;
  }

  private static ScalarResult scalar(String label, double value, String unit) {
    return new ScalarResult(label, value, unit, AggregationPolicy.AVG);
  }
}
