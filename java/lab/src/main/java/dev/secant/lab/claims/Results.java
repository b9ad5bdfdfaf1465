// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Runs that may be compared, by place, method and seed. */
public final class Results {
  private record Cell(Place place, String method) {}

  private final Map<Cell, SortedMap<Long, RunResult>> cells = new HashMap<>();

  /**
   * @throws IllegalArgumentException where two runs have the same place, method and seed
   */
  public Results(Collection<RunResult> runs) {
    for (RunResult run : runs) {
      Cell cell = new Cell(run.place(), run.method());
      if (cells.computeIfAbsent(cell, c -> new TreeMap<>()).put(run.seed(), run) != null) {
        throw new IllegalArgumentException(
            "two runs of " + run.method() + ", " + run.place() + ", seed " + run.seed());
      }
    }
  }

  /** By seed; empty where nothing was run. */
  public SortedMap<Long, RunResult> cell(Place place, String method) {
    return Collections.unmodifiableSortedMap(
        cells.getOrDefault(new Cell(place, method), Collections.emptySortedMap()));
  }

  /** Numbers of labels that any method was run with. */
  public SortedSet<Integer> labels(String dataset) {
    SortedSet<Integer> found = new TreeSet<>();
    for (Cell cell : cells.keySet()) {
      if (cell.place.dataset().equals(dataset)) found.add(cell.place.labels());
    }
    return found;
  }

  public boolean has(Place place, String method) {
    return cells.containsKey(new Cell(place, method));
  }
}
