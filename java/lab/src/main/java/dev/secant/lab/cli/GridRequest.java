// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.ValueType;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.grid.DataFolders;
import dev.secant.lab.grid.Grid;
import dev.secant.lab.grid.GridFolder;
import dev.secant.lab.grid.GridSource;
import dev.secant.lab.grid.Place;
import dev.secant.lab.grid.Presets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** Which cells a call means, and where they lie. */
final class GridRequest {
  static final ValueType.Whole COUNT = new ValueType.Whole(1, 1024, false);
  private static final ValueType.Whole SEEDS = new ValueType.Whole(1, 100_000, false);

  /** Flags that put one value in the place of the grid's. */
  private static final List<String> CHANGES = List.of("dataset", "budget", "backend");

  private final Arguments arguments;
  private final GridFolder folder;
  private final Grid grid;

  private GridRequest(Arguments arguments, GridFolder folder, Grid grid) {
    this.arguments = arguments;
    this.folder = folder;
    this.grid = grid;
  }

  static GridRequest of(Arguments a) {
    if (a.has("grid") && a.has("preset"))
      throw new UsageException("--grid contradicts --preset: give one of them");
    Path out = a.path("out");
    if (!a.has("grid") && !a.has("preset")) return ofFolder(a, out);
    String name = a.has("preset") ? a.value("preset") : stem(a.path("grid"));
    GridSource source = a.has("preset") ? Presets.get(name) : GridSource.read(a.path("grid"));
    Grid grid = Grid.of(name, source.with(changes(a)));
    return new GridRequest(a, new GridFolder(out == null ? Path.of("runs", name) : out), grid);
  }

  /** The cells of a folder that has them already. */
  private static GridRequest ofFolder(Arguments a, Path out) {
    if (out == null) {
      throw new UsageException(
          "grid needs --grid FILE, --preset NAME or --out GRID, a folder with a grid; presets are "
              + String.join(", ", Presets.NAMES));
    }
    Map<String, List<String>> changes = changes(a);
    if (!changes.isEmpty()) {
      throw new UsageException(
          changes.keySet().iterator().next()
              + " cannot be changed in the cells of "
              + out
              + ", which are settled; with --grid or --preset new ones are added");
    }
    GridFolder folder = new GridFolder(out);
    return new GridRequest(a, folder, folder.grid());
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    return name.replaceFirst("\\.ya?ml$", "");
  }

  private static Map<String, List<String>> changes(Arguments a) {
    Map<String, List<String>> changes = new LinkedHashMap<>();
    for (String assignment : a.values(TrainCommand.SET.name())) {
      int equals = assignment.indexOf('=');
      if (equals < 1) throw new UsageException("-o " + assignment + ": expected key=value");
      changes.put(
          assignment.substring(0, equals).strip(), List.of(assignment.substring(equals + 1)));
    }
    for (String key : CHANGES) {
      if (a.has(key)) changes.put(key, List.of(a.value(key)));
    }
    if (a.has("reading")) changes.put("reading", List.of(a.value("reading").split(",", -1)));
    String seeds = a.checked("seeds", SEEDS);
    if (seeds != null) {
      changes.put(
          "seed", LongStream.range(0, Long.parseLong(seeds)).mapToObj(Long::toString).toList());
    }
    return changes;
  }

  GridFolder folder() {
    return folder;
  }

  Grid grid() {
    return grid;
  }

  /** The words after {@code secant} that name these cells and this folder on any machine. */
  List<String> words() {
    List<String> words = new ArrayList<>(List.of("grid", "cell"));
    if (arguments.has("grid")) words.addAll(List.of("--grid", absolute(arguments.path("grid"))));
    if (arguments.has("preset")) words.addAll(List.of("--preset", arguments.value("preset")));
    if (arguments.has("grid") || arguments.has("preset")) changed(words);
    if (arguments.has("data")) words.addAll(List.of("--data", absolute(arguments.path("data"))));
    if (arguments.has(GridCommand.TENSORBOARD)) words.add(GridCommand.TENSORBOARD.spelling());
    words.addAll(List.of("--out", absolute(folder.path())));
    return words;
  }

  private void changed(List<String> words) {
    for (String key : List.of("dataset", "budget", "reading", "seeds")) {
      if (arguments.has(key)) words.addAll(List.of("--" + key, arguments.value(key)));
    }
    for (String value : arguments.values(TrainCommand.SET.name()))
      words.addAll(List.of("-o", value));
    // Another machine could choose another one.
    TreeSet<String> backends = new TreeSet<>();
    grid.cells().forEach(cell -> backends.add(cell.config().run().backend()));
    if (backends.size() == 1) words.addAll(List.of("--backend", backends.first()));
  }

  private static String absolute(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  /**
   * @param jobs processes that share this machine's processors
   */
  Place place(int jobs) {
    String device = arguments.checked("device", GridCommand.DEVICE);
    return new Place(
        DataFolders.of(arguments.path("data"), grid.datasets()),
        Math.max(1, threads() / jobs),
        device == null ? null : Integer.valueOf(device));
  }

  /** Of this machine that may be used. */
  int threads() {
    String threads = arguments.checked("threads", COUNT);
    if (threads != null) return Integer.parseInt(threads);
    return Math.min((int) COUNT.max(), Runtime.getRuntime().availableProcessors());
  }
}
