// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Plain words on where the numbers come from and how far they carry. */
final class Provenance {
  private final List<RunRecord> runs;

  Provenance(List<RunRecord> runs) {
    this.runs = runs;
  }

  /** What was run, in one line. */
  String caption() {
    return each(RunRecord::dataset)
        + ", "
        + numbers(r -> r.cell().labels())
        + " labels, "
        + each(RunRecord::network)
        + ", "
        + numbers(RunRecord::steps)
        + " steps, seed "
        + numbers(r -> r.cell().seed());
  }

  /** What the data were. */
  String data() {
    return runs.stream().map(Provenance::data).distinct().collect(Collectors.joining(" "));
  }

  /** How far the results carry. */
  String weight() {
    Set<Long> seeds = new TreeSet<>();
    runs.forEach(r -> seeds.add(r.cell().seed()));
    String count = seeds.size() == 1 ? "One seed" : seeds.size() + " seeds";
    return count
        + (seeds.size() < 5
            ? ": indicative only. The order of methods may change with the seed."
            : ".");
  }

  /** The notes of all runs, each once, with the methods that it is about. */
  List<String> notes() {
    Map<String, Set<String>> methods = new LinkedHashMap<>();
    for (RunRecord run : runs) {
      for (String note : run.facts().notes())
        methods.computeIfAbsent(note, n -> new LinkedHashSet<>()).add(run.label());
    }
    return methods.entrySet().stream()
        .map(e -> String.join(", ", e.getValue()) + ": " + e.getKey())
        .toList();
  }

  private static String data(RunRecord run) {
    String dataset = run.cell().dataset();
    if (dataset.equals("made")) {
      return "Made images: shapes that this program draws itself, not photographs. They show how the measurement"
          + " works; they say nothing about CIFAR-10.";
    }
    if (dataset.equals("folder")) return "Images of a folder of the user's own.";
    return run.facts().lossy()
        ? run.dataset()
            + ", with pixels that differ from the original release, or are not known to be its: indicative only."
        : run.dataset() + ", the original release.";
  }

  /** In their order, each once. */
  private String numbers(ToLongFunction<RunRecord> property) {
    return runs.stream()
        .mapToLong(property)
        .distinct()
        .sorted()
        .mapToObj(Long::toString)
        .collect(Collectors.joining(" / "));
  }

  private String each(Function<RunRecord, String> property) {
    return runs.stream().map(property).distinct().collect(Collectors.joining(" / "));
  }
}
