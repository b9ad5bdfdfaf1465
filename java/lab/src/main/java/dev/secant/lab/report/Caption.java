// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** How many seeds a figure shows, and which cells of the paper's grid it lacks. */
final class Caption {
  static final int SEEDS = 5;
  private static final List<String> METHODS = List.of("ERM", "mixup", "ICT[2]", "ICT[3]", "ICT[4]");

  private final Group group;
  private final String reading;

  Caption(Group group, String reading) {
    this.group = group;
    this.reading = reading;
  }

  /** Of one size. */
  String seeds(int labels) {
    StringJoiner counts = new StringJoiner(", ");
    List<Method> methods = group.methods(labels, reading);
    boolean equal =
        methods.stream().map(m -> count(labels, m)).distinct().count() == 1 && !methods.isEmpty();
    if (equal) counts.add(seeds(count(labels, methods.get(0)), " each"));
    else for (Method m : methods) counts.add(m.label() + " " + count(labels, m));
    return "Seeds: " + counts + "." + missing(List.of(labels));
  }

  /** Of several sizes. */
  String seeds(List<Integer> sizes) {
    int least = Integer.MAX_VALUE;
    int most = 0;
    for (int size : sizes) {
      for (Method m : group.methods(size, reading)) {
        least = Math.min(least, count(size, m));
        most = Math.max(most, count(size, m));
      }
    }
    String count = least == most ? seeds(most, " each") : least + " to " + most;
    return "Seeds: " + count + "." + missing(sizes);
  }

  private static String seeds(int n, String each) {
    return n + (n == 1 ? " only" : each);
  }

  private int count(int labels, Method method) {
    return group.cell(labels, reading, method).size();
  }

  /** Cells without a run, and with fewer seeds than the paper's five. */
  private String missing(List<Integer> sizes) {
    if (!RunRecord.ofPaper(group.dataset())) return "";
    List<String> none = new ArrayList<>();
    List<String> few = new ArrayList<>();
    for (int size : sizes) {
      List<String> run = group.methods(size, reading).stream().map(Method::label).toList();
      List<String> absent = METHODS.stream().filter(m -> !run.contains(m)).toList();
      String at = sizes.size() == 1 ? "" : " at " + size + " labels";
      if (absent.size() == METHODS.size()) none.add("everything" + at);
      else if (!absent.isEmpty()) none.add(String.join(", ", absent) + at);
      for (Method m : group.methods(size, reading)) {
        if (count(size, m) < SEEDS) few.add(m.label() + at);
      }
    }
    String text = none.isEmpty() ? "" : " Not run: " + String.join("; ", none) + ".";
    return few.isEmpty() ? text : text + " Fewer than five seeds: " + String.join("; ", few) + ".";
  }
}
