// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The inequalities of C9 to C13 and C15 on one data set. */
final class Accuracy {
  static final double TARGET = 0.7;
  private static final double TOLERANCE = 0.25;
  private static final double MIXUP_LABELS = 1800;
  private static final double ICT4_LABELS = 500;

  private final Results results;
  private final String dataset;

  Accuracy(Results results, String dataset) {
    this.results = results;
    this.dataset = dataset;
  }

  /** accuracy(ICT[K]) above ERM and mixup; K = 5 where it was run. */
  List<Inequality> consistencyAboveBoth(List<Integer> sizes) {
    List<Inequality> all = new ArrayList<>();
    for (int size : sizes) {
      Place place = new Place(dataset, size);
      for (int k : ways(place)) {
        for (String other : List.of(Names.ERM, Names.MIXUP))
          all.add(Inequality.of(of(place, other), of(place, Names.ict(k)), place.toString()));
      }
    }
    return all;
  }

  private List<Integer> ways(Place place) {
    List<Integer> ways = new ArrayList<>(Linearity.WAYS);
    if (results.has(place, Names.ict(5))) ways.add(5);
    return ways;
  }

  /** accuracy(ICT[4]) above ICT[2] with few labels; the spread over K smaller with many. */
  List<Inequality> moreWays(int few, int many) {
    Place small = new Place(dataset, few);
    Place large = new Place(dataset, many);
    return List.of(
        Inequality.of(of(small, Names.ict(2)), of(small, Names.ict(4)), small.toString()),
        Inequality.of(spread(large), spread(small), Names.dataset(dataset) + ", K = 2, 3, 4"));
  }

  private Sample spread(Place place) {
    List<Sample> samples = Linearity.WAYS.stream().map(k -> of(place, Names.ict(k))).toList();
    return Sample.combine("spread over K at " + place.labels(), samples, v -> max(v) - min(v));
  }

  private static double max(double[] v) {
    return Arrays.stream(v).max().orElse(Double.NaN);
  }

  private static double min(double[] v) {
    return Arrays.stream(v).min().orElse(Double.NaN);
  }

  /** Labels to 70 %: the paper's numbers within 25 %, and ICT[5] below ICT[4]. */
  List<Inequality> labelsToTarget(List<Integer> sizes) {
    List<Inequality> all = new ArrayList<>();
    all.addAll(within(labels(sizes, Names.MIXUP), MIXUP_LABELS));
    all.addAll(within(labels(sizes, Names.ict(4)), ICT4_LABELS));
    all.add(Inequality.of(labels(sizes, Names.ict(5)), labels(sizes, Names.ict(4)), toTarget()));
    return all;
  }

  private List<Inequality> within(Sample labels, double paper) {
    return List.of(
        Inequality.of(bound(labels, (1 - TOLERANCE) * paper), labels, toTarget()),
        Inequality.of(labels, bound(labels, (1 + TOLERANCE) * paper), toTarget()));
  }

  private static Sample bound(Sample labels, double value) {
    return labels.map("%.0f".formatted(value), v -> Math.log(value));
  }

  /** ICT[K] reaches the target with fewer labels than ERM and mixup. */
  List<Inequality> fewerLabels(List<Integer> sizes) {
    List<Inequality> all = new ArrayList<>();
    for (int k : Linearity.WAYS) {
      for (String other : List.of(Names.ERM, Names.MIXUP))
        all.add(Inequality.of(labels(sizes, Names.ict(k)), labels(sizes, other), toTarget()));
    }
    return all;
  }

  private String toTarget() {
    return "%s, labels to %.0f %%".formatted(Names.dataset(dataset), 100 * TARGET);
  }

  private Sample labels(List<Integer> sizes, String method) {
    return LabelsTo.sample(results, dataset, sizes, method, TARGET);
  }

  private Sample of(Place place, String method) {
    return Sample.accuracy(results, place, method);
  }
}
