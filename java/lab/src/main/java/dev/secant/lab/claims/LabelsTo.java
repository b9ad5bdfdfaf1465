// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Labels to a target accuracy, by seed. */
public final class LabelsTo {
  private LabelsTo() {}

  /** Of the seeds that have at least two sizes. */
  public static SortedMap<Long, Crossing> bySeed(
      Results results, String dataset, SortedSet<Integer> sizes, String method, double target) {
    SortedMap<Long, Crossing> out = new TreeMap<>();
    runs(results, dataset, sizes, method)
        .forEach(
            (seed, runs) -> {
              SortedMap<Integer, Double> accuracy = new TreeMap<>();
              for (RunResult r : runs) accuracy.put(r.place().labels(), r.accuracy());
              if (accuracy.size() > 1) out.put(seed, Crossing.of(accuracy, target));
            });
    return out;
  }

  /** Only of the seeds that have every size, so that methods are compared over the same sizes. */
  static Sample sample(
      Results results, String dataset, List<Integer> sizes, String method, double target) {
    SortedSet<Integer> all = new TreeSet<>(sizes);
    SortedMap<Long, Sample.Drawn> drawn = new TreeMap<>();
    SortedMap<Long, List<RunResult>> runs = runs(results, dataset, all, method);
    bySeed(results, dataset, all, method, target)
        .forEach(
            (seed, crossing) -> {
              if (runs.get(seed).size() < sizes.size()) return;
              drawn.put(
                  seed,
                  new Sample.Drawn(
                      Math.log(crossing.labels()), runs.get(seed), note(crossing, method, target)));
            });
    return new Sample("labels(" + method + ")", Scale.LOG_LABELS, drawn);
  }

  private static String note(Crossing crossing, String method, double target) {
    if (crossing.within()) return null;
    return "%s does not cross %.0f %% within the sizes run: taken as %.0f labels"
        .formatted(method, 100 * target, crossing.labels());
  }

  private static SortedMap<Long, List<RunResult>> runs(
      Results results, String dataset, SortedSet<Integer> sizes, String method) {
    SortedMap<Long, List<RunResult>> runs = new TreeMap<>();
    for (int size : sizes) {
      results
          .cell(new Place(dataset, size), method)
          .forEach(
              (seed, r) -> {
                if (Double.isFinite(r.accuracy()))
                  runs.computeIfAbsent(seed, s -> new ArrayList<>()).add(r);
              });
    }
    return runs;
  }
}
