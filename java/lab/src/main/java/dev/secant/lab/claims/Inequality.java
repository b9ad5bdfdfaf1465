// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One inequality, lower &lt; upper, judged over the seeds that both sides have.
 *
 * @param where place and layer
 * @param pairs what was compared, by seed
 * @param test of upper − lower
 * @param lossless every run that was compared is on lossless images of the paper
 * @param notes seeds that could not be compared, values that are bounds
 */
public record Inequality(
    String lower,
    String upper,
    String where,
    Scale scale,
    List<Pair> pairs,
    PairedTest test,
    boolean lossless,
    List<String> notes) {

  /** Values of a seed. */
  public record Pair(long seed, double lower, double upper) {}

  static Inequality of(Sample lower, Sample upper, String where) {
    List<Pair> pairs = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    boolean lossless = true;
    for (long seed : lower.bySeed().keySet()) {
      Sample.Drawn a = lower.bySeed().get(seed);
      Sample.Drawn b = upper.bySeed().get(seed);
      if (b == null) continue;
      List<RunResult> runs = new ArrayList<>(a.runs());
      runs.addAll(b.runs());
      lossless &= runs.stream().allMatch(RunResult::lossless);
      String obstacle = obstacle(runs, a.value(), b.value());
      if (obstacle != null) {
        notes.add("seed " + seed + " is left out: " + obstacle);
        continue;
      }
      if (a.note() != null) notes.add("seed " + seed + ": " + a.note());
      if (b.note() != null && !b.note().equals(a.note()))
        notes.add("seed " + seed + ": " + b.note());
      pairs.add(new Pair(seed, a.value(), b.value()));
    }
    PairedTest test = PairedTest.of(pairs.stream().mapToDouble(p -> p.upper - p.lower).toArray());
    return new Inequality(
        lower.name(),
        upper.name(),
        where,
        lower.scale(),
        List.copyOf(pairs),
        test,
        lossless,
        List.copyOf(notes));
  }

  /**
   * Why these runs are no pair, or null: all of a place need one split, all of them one order of
   * pairs.
   */
  private static String obstacle(List<RunResult> runs, double a, double b) {
    if (!Double.isFinite(a) || !Double.isFinite(b)) return "a value is missing or not finite";
    Set<String> pairs =
        runs.stream().map(RunResult::pairsHash).collect(Collectors.toCollection(TreeSet::new));
    if (pairs.size() > 1) return "the probes used different pairs (pairs_hash)";
    boolean oneSplit =
        runs.stream()
            .collect(
                Collectors.groupingBy(
                    RunResult::place, Collectors.mapping(RunResult::splitHash, Collectors.toSet())))
            .values()
            .stream()
            .allMatch(hashes -> hashes.size() == 1);
    return oneSplit ? null : "the splits differ (split_hash)";
  }

  /** The same with further notes. */
  Inequality with(List<String> more) {
    List<String> all = new ArrayList<>(notes);
    all.addAll(more);
    return new Inequality(lower, upper, where, scale, pairs, test, lossless, List.copyOf(all));
  }

  public String statement() {
    return lower + " < " + upper;
  }

  public Verdict verdict() {
    return lossless ? test.verdict() : Verdict.INDICATIVE;
  }

  /** Mean of a side over the pairs. */
  public double meanLower() {
    return pairs.stream().mapToDouble(Pair::lower).average().orElse(Double.NaN);
  }

  public double meanUpper() {
    return pairs.stream().mapToDouble(Pair::upper).average().orElse(Double.NaN);
  }
}
