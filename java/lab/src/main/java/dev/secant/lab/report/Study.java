// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Claim;
import dev.secant.lab.claims.Claims;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** All runs of a report in their groups, and what they say of the paper's claims. */
record Study(List<RunRecord> runs, List<String> unfinished, List<Group> groups) {
  static final List<String> PAPER_ORDER = List.of("cifar10", "svhn", "cifar100");

  /** Data sets of the paper first, others by name. */
  private static final Comparator<String> ORDER =
      Comparator.comparingInt(Study::rank).thenComparing(Comparator.naturalOrder());

  private static int rank(String dataset) {
    int index = PAPER_ORDER.indexOf(dataset);
    return index < 0 ? PAPER_ORDER.size() : index;
  }

  static Study of(RunTree tree) {
    return of(tree.runs(), tree.unfinished());
  }

  static Study of(List<RunRecord> runs, List<String> unfinished) {
    Map<String, List<RunRecord>> byDataset =
        runs.stream()
            .collect(
                Collectors.groupingBy(
                    r -> r.cell().dataset(), () -> new TreeMap<>(ORDER), Collectors.toList()));
    List<Group> groups = new ArrayList<>();
    byDataset.forEach((dataset, of) -> groups.addAll(Grouping.of(dataset, of)));
    return new Study(runs, unfinished, List.copyOf(groups));
  }

  /** Readings that any group was run with, in their order. */
  List<String> readings() {
    Set<String> all = new LinkedHashSet<>();
    for (Group group : groups) all.addAll(group.readings());
    return Group.READINGS.stream().filter(all::contains).toList();
  }

  /** A claim under each reading; a reading that a group was not run with has none. */
  record Row(Group group, Map<String, Claim> byReading) {
    Claim any() {
      return byReading.values().iterator().next();
    }

    private int order() {
      return any().ofPaper() ? Integer.parseInt(any().id().substring(1)) : Integer.MAX_VALUE;
    }
  }

  /**
   * The paper's claims in the order of their numbers, of data sets that were not run too, which
   * have no runs; then the same comparisons on other data sets.
   */
  List<Row> claims() {
    List<Row> rows = new ArrayList<>();
    for (String dataset : PAPER_ORDER) {
      if (groups.stream().noneMatch(g -> g.dataset().equals(dataset)))
        rows.addAll(rows(new Group(dataset, "", new TreeMap<>(), List.of())));
    }
    for (Group group : groups) rows.addAll(rows(group));
    rows.sort(Comparator.comparingInt(Row::order));
    return rows;
  }

  private static List<Row> rows(Group group) {
    List<Row> rows = new ArrayList<>();
    for (String reading : group.readings()) {
      List<Claim> claims = Claims.of(group.dataset(), group.results(reading));
      for (int i = 0; i < claims.size(); i++) {
        if (rows.size() <= i) rows.add(new Row(group, new LinkedHashMap<>()));
        rows.get(i).byReading.put(reading, claims.get(i));
      }
    }
    return rows;
  }
}
