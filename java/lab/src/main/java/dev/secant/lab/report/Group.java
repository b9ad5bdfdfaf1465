// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Results;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Runs on one data set that differ in labels, method, reading and seed only.
 *
 * @param letter A, B and so on where a data set has several groups, else empty
 * @param settings options in which this group differs from the others of its data set
 */
record Group(
    String dataset, String letter, SortedMap<String, String> settings, List<RunRecord> runs) {
  private static final String DEFAULT_READING = "paper";
  static final List<String> READINGS = List.of("paper", "lineage", "literal");

  /** Readings that were run, {@code paper} where no run has a consistency loss. */
  List<String> readings() {
    SortedSet<String> found = new TreeSet<>(Comparator.comparingInt(READINGS::indexOf));
    for (RunRecord run : runs) if (run.cell().hasReading()) found.add(run.cell().reading());
    return found.isEmpty() ? List.of(DEFAULT_READING) : List.copyOf(found);
  }

  /** Runs of a reading and those that no reading concerns. */
  List<RunRecord> runs(String reading) {
    return runs.stream()
        .filter(r -> !r.cell().hasReading() || r.cell().reading().equals(reading))
        .toList();
  }

  Results results(String reading) {
    return new Results(runs(reading).stream().map(RunRecord::result).toList());
  }

  /** Labelled sizes, ascending. */
  List<Integer> sizes() {
    return runs.stream().map(r -> r.cell().labels()).distinct().sorted().toList();
  }

  /** Runs of a size, a reading and a method, by seed. */
  List<RunRecord> cell(int labels, String reading, Method method) {
    List<RunRecord> found = new ArrayList<>();
    for (RunRecord run : runs(reading)) {
      if (run.cell().labels() == labels && run.cell().method().equals(method)) found.add(run);
    }
    found.sort(Comparator.comparingLong(r -> r.cell().seed()));
    return found;
  }

  /** In the order of legends. */
  List<Method> methods(int labels, String reading) {
    return runs(reading).stream()
        .filter(r -> r.cell().labels() == labels)
        .map(r -> r.cell().method())
        .distinct()
        .sorted()
        .toList();
  }

  List<Method> methods(String reading) {
    return runs(reading).stream().map(r -> r.cell().method()).distinct().sorted().toList();
  }

  /** Behind the name of the data set, such as {@code , configuration B}. */
  String suffix() {
    return letter.isEmpty() ? "" : ", configuration " + letter;
  }
}
