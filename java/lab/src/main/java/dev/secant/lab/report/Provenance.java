// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.Dataset;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Plain words on where the numbers come from and how far they carry. */
final class Provenance {
  private final List<RunRecord> runs;

  Provenance(List<RunRecord> runs) {
    this.runs = runs;
  }

  /** One line below the title of the figure. */
  String caption() {
    return each(r -> dataset(r.config().data().dataset()))
        + ", "
        + each(r -> r.config().data().labels() + "")
        + " labels, "
        + each(r -> network(r.config()))
        + ", "
        + each(r -> r.config().run().steps() + "")
        + " steps, seed "
        + each(r -> r.config().run().seed() + "");
  }

  /** What the data were. */
  String data() {
    return runs.stream().map(Provenance::data).distinct().collect(Collectors.joining(" "));
  }

  /** What accuracies are to be compared with. */
  String chance() {
    return "Guessing gets "
        + each(r -> String.format(Locale.ROOT, "%.1f %%", 100 * r.chance()))
        + ".";
  }

  /** How far the results carry. */
  String weight() {
    Set<Long> seeds = new TreeSet<>();
    runs.forEach(r -> seeds.add(r.config().run().seed()));
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
      for (String note : run.notes())
        methods.computeIfAbsent(note, n -> new LinkedHashSet<>()).add(run.label());
    }
    return methods.entrySet().stream()
        .map(e -> String.join(", ", e.getValue()) + ": " + e.getKey())
        .toList();
  }

  private static String data(RunRecord run) {
    if (run.config().data().dataset() == Dataset.MADE) {
      return "Made images: shapes that this program draws itself, not photographs. They show how the measurement"
          + " works; they say nothing about CIFAR-10.";
    }
    Path directory = run.config().data().directory().toAbsolutePath().normalize();
    String folder = directory.getFileName() + "";
    if (run.config().data().dataset() == Dataset.FOLDER)
      return "Images of the folder " + folder + ".";
    String from = dataset(run.config().data().dataset()) + " from " + folder;
    if (run.lossy() == null) return from + ".";
    return run.lossy()
        ? from + ", with pixels that differ from the original release: indicative only."
        : from + ", the original release.";
  }

  static String dataset(Dataset dataset) {
    return switch (dataset) {
      case MADE -> "made images";
      case FOLDER -> "images of a folder";
      case CIFAR10 -> "CIFAR-10";
      case CIFAR100 -> "CIFAR-100";
      case SVHN -> "SVHN";
    };
  }

  static String network(RunConfig config) {
    return "WRN-" + config.net().depth() + "-" + config.net().width();
  }

  private String each(Function<RunRecord, String> property) {
    return runs.stream().map(property).distinct().collect(Collectors.joining(" / "));
  }
}
