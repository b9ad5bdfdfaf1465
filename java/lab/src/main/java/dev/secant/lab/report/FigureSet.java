// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Every figure that the runs of a study allow, named as in the paper where it has it. */
final class FigureSet {
  private static final Map<String, Integer> LINEARITY =
      Map.of(
          "cifar10 250", 1,
          "cifar10 2000", 3,
          "cifar10 4000", 4,
          "svhn 250", 5,
          "svhn 2000", 6,
          "svhn 4000", 7,
          "cifar100 10000", 8);
  private static final Map<String, Integer> ACCURACY =
      Map.of("cifar10", 2, "svhn", 9, "cifar100", 10);
  private static final int COUNT = 10;

  private FigureSet() {}

  static List<NamedFigure> of(Study study) {
    List<NamedFigure> figures = new ArrayList<>();
    for (Group group : study.groups()) {
      for (String reading : group.readings()) {
        for (int size : group.sizes()) {
          if (!group.methods(size, reading).isEmpty()) figures.add(linearity(group, reading, size));
        }
        figures.add(accuracy(group, reading));
      }
    }
    return figures;
  }

  /** Numbers of the paper's figures that no run allows. */
  static List<Integer> missing(Study study) {
    List<Integer> missing = new ArrayList<>();
    for (int i = 1; i <= COUNT; i++) missing.add(i);
    for (Group group : study.groups()) {
      missing.remove(ACCURACY.get(group.dataset()));
      for (int size : group.sizes()) missing.remove(LINEARITY.get(group.dataset() + " " + size));
    }
    return missing;
  }

  private static NamedFigure linearity(Group group, String reading, int size) {
    Integer number = LINEARITY.get(group.dataset() + " " + size);
    String what = Names.dataset(group.dataset()) + ", " + size + " labels";
    String title = numbered(number, "NonLin of each layer during training: " + what);
    String caption =
        title
            + group.suffix()
            + ", reading "
            + reading
            + ". Lines are means over seeds, bands one standard deviation to each side; lower is more linear. "
            + new Caption(group, reading).seeds(size);
    return new NamedFigure(
        name(number, "linearity-" + group.dataset() + "-" + size, group, reading),
        caption,
        LinearityFigure.of(title, subtitle(group, reading), group, reading, size),
        number == null && RunRecord.ofPaper(group.dataset()));
  }

  private static NamedFigure accuracy(Group group, String reading) {
    Integer number = ACCURACY.get(group.dataset());
    String title = numbered(number, "Test accuracy" + size(group));
    String caption =
        title
            + group.suffix()
            + ", reading "
            + reading
            + ". Means over seeds with one standard deviation to each side; accuracy is the mean of the last evaluations,"
            + " never the best. "
            + new Caption(group, reading).seeds(group.sizes());
    return new NamedFigure(
        name(number, "accuracy-" + group.dataset(), group, reading),
        caption,
        new AccuracyFigure(group, reading).of(title, subtitle(group, reading)),
        false);
  }

  private static String size(Group group) {
    String name = Names.dataset(group.dataset());
    return group.sizes().size() > 1
        ? " against labels: " + name
        : ": " + name + ", " + group.sizes().get(0) + " labels";
  }

  private static String numbered(Integer number, String text) {
    return number == null ? text : "Figure " + number + ". " + text;
  }

  private static String name(Integer number, String name, Group group, String reading) {
    String first = number == null ? name : String.format(Locale.ROOT, "figure-%02d", number);
    String letter = group.letter().isEmpty() ? "" : "-" + group.letter().toLowerCase(Locale.ROOT);
    return first + "-" + reading + letter;
  }

  private static String subtitle(Group group, String reading) {
    return "reading "
        + reading
        + group.suffix()
        + ", "
        + each(group, RunRecord::network)
        + ", "
        + each(group, r -> r.option("steps"))
        + " steps, mean and standard deviation over seeds";
  }

  private static String each(Group group, java.util.function.Function<RunRecord, String> of) {
    return group.runs().stream().map(of).distinct().collect(Collectors.joining(" / "));
  }
}
