// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** A quantity by seed, and the runs that it was taken from. */
record Sample(String name, Scale scale, SortedMap<Long, Drawn> bySeed) {
  /**
   * @param note what a reader must know of this value, or null
   */
  record Drawn(double value, List<RunResult> runs, String note) {}

  static Sample nonlin(Results results, Place place, String method, int layer) {
    return of(results, place, method, "NL(" + method + ")", Scale.NONLIN, r -> r.nonlin(layer));
  }

  static Sample accuracy(Results results, Place place, String method) {
    String name = "accuracy(" + method + ")";
    return of(results, place, method, name, Scale.ACCURACY, RunResult::accuracy);
  }

  private static Sample of(
      Results results,
      Place place,
      String method,
      String name,
      Scale scale,
      ToDoubleFunction<RunResult> value) {
    SortedMap<Long, Drawn> drawn = new TreeMap<>();
    results
        .cell(place, method)
        .forEach((seed, r) -> drawn.put(seed, new Drawn(value.applyAsDouble(r), List.of(r), null)));
    return new Sample(name, scale, drawn);
  }

  /** Of the seeds that all have. */
  static Sample combine(String name, List<Sample> samples, ToDoubleFunction<double[]> value) {
    SortedMap<Long, Drawn> drawn = new TreeMap<>();
    for (long seed : samples.get(0).bySeed.keySet()) {
      if (!samples.stream().allMatch(s -> s.bySeed.containsKey(seed))) continue;
      double[] values = samples.stream().mapToDouble(s -> s.bySeed.get(seed).value()).toArray();
      List<RunResult> runs = new ArrayList<>();
      samples.forEach(s -> runs.addAll(s.bySeed.get(seed).runs()));
      drawn.put(seed, new Drawn(value.applyAsDouble(values), runs, null));
    }
    return new Sample(name, samples.get(0).scale, drawn);
  }

  /** The same seeds and runs, another value. */
  Sample map(String newName, DoubleUnaryOperator value) {
    SortedMap<Long, Drawn> mapped = new TreeMap<>();
    bySeed.forEach(
        (seed, d) ->
            mapped.put(seed, new Drawn(value.applyAsDouble(d.value()), d.runs(), d.note())));
    return new Sample(newName, scale, mapped);
  }
}
