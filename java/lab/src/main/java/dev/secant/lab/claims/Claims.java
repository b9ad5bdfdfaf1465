// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.ArrayList;
import java.util.List;

/** The claims of the paper, by data set. Pure functions of the runs. */
public final class Claims {
  /** Labelled sizes of CIFAR-10 and SVHN in the paper. */
  public static final List<Integer> SIZES = List.of(250, 500, 1000, 2000, 4000);

  /** Those with a figure of linearity. */
  public static final List<Integer> FIGURE_SIZES = List.of(250, 2000, 4000);

  /** The only size of CIFAR-100. */
  public static final int CIFAR100_SIZE = 10_000;

  /** Accuracy of C11 and C15. */
  public static final double TARGET = Accuracy.TARGET;

  private final Results results;
  private final String dataset;
  private final List<Claim> claims = new ArrayList<>();

  private Claims(Results results, String dataset) {
    this.results = results;
    this.dataset = dataset;
  }

  /**
   * What the paper claims of a data set; of one that is not the paper's the same comparisons at the
   * sizes run, without verdicts.
   */
  public static List<Claim> of(String dataset, Results results) {
    Claims all = new Claims(results, dataset);
    switch (dataset) {
      case "cifar10" -> all.cifar10();
      case "svhn" -> all.svhn();
      case "cifar100" -> all.cifar100();
      default -> all.other();
    }
    return List.copyOf(all.claims);
  }

  private void cifar10() {
    Linearity at250 = new Linearity(results, new Place(dataset, 250));
    firstFive("1", at250, true);
    add("C6", "3, 4", "C1 to C5 with 2000 and 4000 labels", firstFive(List.of(2000, 4000)));
    Accuracy accuracy = new Accuracy(results, dataset);
    accuracy("C9", "C10", "2", accuracy);
    add(
        "C11",
        "2",
        "labels to 70 %: mixup about 1800, ICT[4] about 500 (within 25 %), ICT[5] fewer",
        accuracy.labelsToTarget(SIZES));
    linearThanErm(FIGURE_SIZES, true);
    add(
        "C15",
        "abstract",
        "ICT[K] needs fewer labels to 70 % than ERM and mixup, K = 2, 3, 4",
        accuracy.fewerLabels(SIZES));
    fallAndRise(at250, "3.1", true);
  }

  private void svhn() {
    add("C7", "5-7", "C1 to C5 on SVHN with 250, 2000 and 4000 labels", firstFive(FIGURE_SIZES));
    accuracy("C12", "C12", "9", new Accuracy(results, dataset));
    linearThanErm(FIGURE_SIZES, true);
  }

  private void cifar100() {
    List<Integer> sizes = List.of(CIFAR100_SIZE);
    add("C8", "8", "C1 to C5 on CIFAR-100", firstFive(sizes));
    add(
        "C13",
        "10",
        "accuracy(ICT[K]) above ERM and mixup on CIFAR-100",
        new Accuracy(results, dataset).consistencyAboveBoth(sizes));
    linearThanErm(sizes, true);
  }

  private void other() {
    List<Integer> sizes = List.copyOf(results.labels(dataset));
    for (int size : sizes) {
      Linearity at = new Linearity(results, new Place(dataset, size));
      firstFive("", at, false);
      fallAndRise(at, "", false);
    }
    add(
        "C9",
        "",
        "accuracy(ICT[K]) above ERM and mixup",
        new Accuracy(results, dataset).consistencyAboveBoth(sizes),
        false);
    linearThanErm(sizes, false);
  }

  private void firstFive(String figure, Linearity at, boolean ofPaper) {
    String where = ofPaper ? "" : " (" + at.place().labels() + " labels)";
    add("C1", figure, "NL(mixup) below NL(ERM) at L0 and L5" + where, at.ends(), ofPaper);
    add("C2", figure, "NL(mixup) above NL(ERM) at L2, L3, L4" + where, at.middle(), ofPaper);
    add(
        "C3",
        figure,
        "NL(ICT[K]) below NL(ERM) and NL(mixup) at L1 to L5, K = 2, 3, 4" + where,
        at.consistencyBelowBoth(),
        ofPaper);
    add(
        "C4",
        figure,
        "at L0 NL(mixup) is slightly (less than 10 %) below NL(ICT[K]), and that below NL(ERM)"
            + where,
        at.stem(),
        ofPaper);
    add("C5", figure, "NL(ICT[4]) below NL(ICT[2]) at every layer" + where, at.moreWays(), ofPaper);
  }

  private List<Inequality> firstFive(List<Integer> sizes) {
    List<Inequality> all = new ArrayList<>();
    for (int size : sizes) all.addAll(new Linearity(results, new Place(dataset, size)).firstFive());
    return all;
  }

  /** Two claims, or one of both where they have the same name. */
  private void accuracy(String above, String ways, String figure, Accuracy accuracy) {
    String first = "accuracy(ICT[K]) above ERM and mixup at every size";
    String second =
        "accuracy of ICT[4] above ICT[2] at 250 labels; the spread over K smaller at 4000 than at 250";
    List<Inequality> both = new ArrayList<>(accuracy.consistencyAboveBoth(SIZES));
    if (above.equals(ways)) {
      both.addAll(accuracy.moreWays(250, 4000));
      add(above, figure, first + "; " + second, both);
      return;
    }
    add(above, figure, first, both);
    add(ways, figure, second, accuracy.moreWays(250, 4000));
  }

  private void linearThanErm(List<Integer> sizes, boolean ofPaper) {
    List<Inequality> all = new ArrayList<>();
    for (int size : sizes)
      all.addAll(new Linearity(results, new Place(dataset, size)).consistencyBelowErm());
    add("C14", "abstract", "ICT makes all layers more linear than ERM", all, ofPaper);
  }

  private void fallAndRise(Linearity at, String figure, boolean ofPaper) {
    String where = ofPaper ? "" : " (" + at.place().labels() + " labels)";
    add(
        "C16",
        figure,
        "under mixup L0 and L5 fall and a middle layer rises in the same run" + where,
        at.fallAndRise(),
        ofPaper);
  }

  private void add(String id, String figure, String text, List<Inequality> inequalities) {
    add(id, figure, text, inequalities, true);
  }

  private void add(
      String id, String figure, String text, List<Inequality> inequalities, boolean ofPaper) {
    claims.add(new Claim(id, figure, dataset, text, ofPaper, inequalities));
  }
}
