// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig.Kind;
import dev.secant.lab.error.DataException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Sorts the runs of a data set into groups that may be compared. Runs that differ in an option, or
 * in the images, are never in one group, but where the option is of no meaning to one of them: a
 * run of ERM belongs to every group, whatever the weight of the consistency loss in it.
 */
final class Grouping {
  private static final String DATA_HASH = "data_hash";

  /** The same results whatever they are: a name of the number of steps, lines on the loss. */
  private static final List<String> WITHOUT_EFFECT = List.of("budget", "log-every");

  private static final String MIXING = "mix.";
  private static final String CONSISTENCY = "ict.";
  private static final String PARTNERS = "ict.partners";
  private static final String ALPHA = "alpha";

  private Grouping() {}

  /**
   * @param runs of one data set
   * @throws DataException where two runs of a group are the same cell
   */
  static List<Group> of(String dataset, List<RunRecord> runs) {
    Set<String> varying = varying(runs);
    Map<RunRecord, SortedMap<String, String>> partial = new HashMap<>();
    Set<SortedMap<String, String>> distinct =
        new TreeSet<>(Comparator.comparing(SortedMap::toString));
    for (RunRecord run : runs) {
      SortedMap<String, String> values = meaningful(run);
      values.keySet().retainAll(varying);
      partial.put(run, values);
      distinct.add(values);
    }
    List<SortedMap<String, String>> whole = new ArrayList<>();
    for (SortedMap<String, String> a : distinct) {
      if (distinct.stream().noneMatch(b -> !b.equals(a) && isPart(a, b))) whole.add(a);
    }
    List<Group> groups = new ArrayList<>();
    for (SortedMap<String, String> settings : whole) {
      List<RunRecord> members =
          runs.stream().filter(r -> isPart(partial.get(r), settings)).toList();
      requireNoTwins(members);
      String letter = whole.size() == 1 ? "" : letter(groups.size());
      groups.add(new Group(dataset, letter, settings, members));
    }
    return List.copyOf(groups);
  }

  /** A, B … Z, AA, AB … */
  private static String letter(int index) {
    String last = Character.toString('A' + index % 26);
    return index < 26 ? last : letter(index / 26 - 1) + last;
  }

  private static boolean isPart(SortedMap<String, String> part, SortedMap<String, String> whole) {
    return whole.entrySet().containsAll(part.entrySet());
  }

  /** Options that have two values among the runs to which they mean something. */
  static Set<String> varying(List<RunRecord> runs) {
    Map<String, Set<String>> values = new TreeMap<>();
    for (RunRecord run : runs) {
      meaningful(run)
          .forEach((k, v) -> values.computeIfAbsent(k, key -> new LinkedHashSet<>()).add(v));
    }
    Set<String> varying = new TreeSet<>();
    values.forEach(
        (key, found) -> {
          if (found.size() > 1) varying.add(key);
        });
    return varying;
  }

  /** The options that mean something to a run, and the hash of its images. */
  static SortedMap<String, String> meaningful(RunRecord run) {
    SortedMap<String, String> values = new TreeMap<>(run.options());
    WITHOUT_EFFECT.forEach(values::remove);
    values.put(DATA_HASH, run.facts().dataHash());
    values.computeIfPresent(ALPHA, (key, text) -> oneWhereEqual(text));
    Kind kind = run.cell().method().kind();
    if (kind == Kind.ERM) {
      values.remove(ALPHA);
      values.keySet().removeIf(key -> key.startsWith(MIXING) || key.startsWith(CONSISTENCY));
    } else if (kind == Kind.MIXUP) {
      values.keySet().removeIf(key -> key.startsWith(CONSISTENCY) && !key.equals(PARTNERS));
    } else {
      ConfigResolver.preset(run.cell().reading()).forEach(values::remove);
    }
    return values;
  }

  /** A vector of K equal numbers is one number for every K. */
  private static String oneWhereEqual(String alpha) {
    Set<String> different = Set.copyOf(List.of(alpha.split(",")));
    return different.size() == 1 ? different.iterator().next() : alpha;
  }

  private static void requireNoTwins(List<RunRecord> runs) {
    Map<String, RunRecord> seen = new HashMap<>();
    for (RunRecord run : runs) {
      RunRecord twin = seen.put(run.cell().toString(), run);
      if (twin == null) continue;
      throw new DataException(
          "%s and %s are both %s, with the same options: expected one run of a kind"
              .formatted(twin.name(), run.name(), run.cell()));
    }
  }
}
