// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The inequalities of C1 to C5, C14 and C16 at one place. */
final class Linearity {
  static final List<Integer> WAYS = List.of(2, 3, 4);
  static final int LAST = 5;

  /** "Slightly below" is by less than this share. */
  static final double SLIGHTLY = 0.1;

  private final Results results;
  private final Place place;

  Linearity(Results results, Place place) {
    this.results = results;
    this.place = place;
  }

  Place place() {
    return place;
  }

  /** NL(mixup) &lt; NL(ERM) at L0 and L5. */
  List<Inequality> ends() {
    return List.of(less(Names.MIXUP, Names.ERM, 0), less(Names.MIXUP, Names.ERM, LAST));
  }

  /** NL(mixup) &gt; NL(ERM) at L2, L3, L4. */
  List<Inequality> middle() {
    return IntStream.rangeClosed(2, 4)
        .mapToObj(layer -> less(Names.ERM, Names.MIXUP, layer))
        .toList();
  }

  /** NL(ICT[K]) &lt; min(NL(ERM), NL(mixup)) at L1 to L5. */
  List<Inequality> consistencyBelowBoth() {
    List<Inequality> all = new ArrayList<>();
    for (int k : WAYS) {
      for (int layer = 1; layer <= LAST; layer++) {
        Sample least =
            Sample.combine(
                "min(NL(ERM), NL(mixup))",
                List.of(nl(Names.ERM, layer), nl(Names.MIXUP, layer)),
                v -> Math.min(v[0], v[1]));
        all.add(Inequality.of(nl(Names.ict(k), layer), least, at(layer)));
      }
    }
    return all;
  }

  /** At L0 NL(mixup) slightly below NL(ICT[K]), and that below NL(ERM). */
  List<Inequality> stem() {
    List<Inequality> all = new ArrayList<>();
    for (int k : WAYS) {
      String ict = Names.ict(k);
      Sample bound = nl(ict, 0).map("0.9 NL(" + ict + ")", v -> (1 - SLIGHTLY) * v);
      all.add(less(Names.MIXUP, ict, 0));
      all.add(Inequality.of(bound, nl(Names.MIXUP, 0), at(0)));
      all.add(less(ict, Names.ERM, 0));
    }
    return all;
  }

  /** NL(ICT[4]) &lt; NL(ICT[2]) at every layer; ICT[3] is shown beside them. */
  List<Inequality> moreWays() {
    return IntStream.rangeClosed(0, LAST)
        .mapToObj(layer -> less(Names.ict(4), Names.ict(2), layer).with(mean(Names.ict(3), layer)))
        .toList();
  }

  private List<String> mean(String method, int layer) {
    double[] values =
        nl(method, layer).bySeed().values().stream().mapToDouble(Sample.Drawn::value).toArray();
    if (values.length == 0) return List.of();
    return List.of(
        String.format(
            Locale.ROOT, "%s: %.4f", nl(method, layer).name(), Estimate.of(values).mean()));
  }

  /** NL(ICT[K]) &lt; NL(ERM) at every layer. */
  List<Inequality> consistencyBelowErm() {
    List<Inequality> all = new ArrayList<>();
    for (int k : WAYS) {
      for (int layer = 0; layer <= LAST; layer++) all.add(less(Names.ict(k), Names.ERM, layer));
    }
    return all;
  }

  List<Inequality> firstFive() {
    List<Inequality> all = new ArrayList<>(ends());
    all.addAll(middle());
    all.addAll(consistencyBelowBoth());
    all.addAll(stem());
    all.addAll(moreWays());
    return all;
  }

  /**
   * Within a run: the ends fall and some middle layer rises. The margin of a seed is the least of
   * the two falls and the greatest rise, so that it is above 0 exactly where all of this is so.
   */
  List<Inequality> fallAndRise() {
    List<Sample> layers = new ArrayList<>();
    for (int layer = 0; layer <= LAST; layer++) {
      layers.add(
          Sample.combine(
              "rise", List.of(nl(Names.ERM, layer), nl(Names.MIXUP, layer)), v -> v[1] - v[0]));
    }
    Sample margin =
        Sample.combine(
            "min(fall at L0, fall at L5, greatest rise at L1 to L4)", layers, Linearity::margin);
    return List.of(Inequality.of(margin.map("0", v -> 0), margin, place.toString()));
  }

  private static double margin(double[] rise) {
    double greatest = Math.max(Math.max(rise[1], rise[2]), Math.max(rise[3], rise[4]));
    return Math.min(Math.min(-rise[0], -rise[LAST]), greatest);
  }

  private Inequality less(String lower, String upper, int layer) {
    return Inequality.of(nl(lower, layer), nl(upper, layer), at(layer));
  }

  private Sample nl(String method, int layer) {
    return Sample.nonlin(results, place, method, layer);
  }

  private String at(int layer) {
    return place + ", L" + layer;
  }
}
