// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.List;

/**
 * A claim and what the runs say of it.
 *
 * @param id C1 to C16
 * @param figure of the paper, or where it stands
 * @param dataset that it is judged on
 * @param text what is claimed
 * @param ofPaper whether the paper claims it of this data set
 */
public record Claim(
    String id,
    String figure,
    String dataset,
    String text,
    boolean ofPaper,
    List<Inequality> inequalities) {
  public Claim {
    inequalities = List.copyOf(inequalities);
  }

  /**
   * Holds if all inequalities do, fails if one fails, else undecided; indicative on other images.
   */
  public Verdict verdict() {
    if (!ofPaper || has(Verdict.INDICATIVE)) return Verdict.INDICATIVE;
    if (has(Verdict.FAILS)) return Verdict.FAILS;
    boolean all = inequalities.stream().allMatch(i -> i.verdict() == Verdict.HOLDS);
    return all && !inequalities.isEmpty() ? Verdict.HOLDS : Verdict.UNDECIDED;
  }

  private boolean has(Verdict verdict) {
    return inequalities.stream().anyMatch(i -> i.verdict() == verdict);
  }

  /** How many inequalities are of that verdict. */
  public long count(Verdict verdict) {
    return inequalities.stream().filter(i -> i.verdict() == verdict).count();
  }

  /** How many inequalities have no pair of runs. */
  public long withoutRuns() {
    return inequalities.stream().filter(i -> i.pairs().isEmpty()).count();
  }

  /** Fewest seeds of any inequality. */
  public int leastSeeds() {
    return inequalities.stream().mapToInt(i -> i.test().difference().n()).min().orElse(0);
  }
}
