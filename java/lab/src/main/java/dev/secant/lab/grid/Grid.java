// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.error.UsageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Every cell of a grid, each with its settled configuration.
 *
 * @param name for people
 */
public record Grid(String name, List<Cell> cells) {
  /**
   * Settles every cell; a backend that is left to the program is chosen once for all.
   *
   * @throws UsageException with file and line where a cell cannot be, and where two would be one
   */
  public static Grid of(String name, GridSource source) {
    List<Cell> cells = new ArrayList<>();
    Map<String, Cell> byName = new HashMap<>();
    String backend = null;
    for (Map<String, Setting> settings : source.cells()) {
      Cell cell = Cell.of(cells.size(), source.name(), settled(settings, backend));
      if (auto(settings)) backend = cell.config().run().backend();
      refuseTwin(source.name(), byName.put(cell.name(), cell), cell);
      cells.add(cell);
    }
    return new Grid(name, List.copyOf(cells));
  }

  private static boolean auto(Map<String, Setting> settings) {
    return !settings.containsKey("backend") || settings.get("backend").text().equals("auto");
  }

  private static Map<String, Setting> settled(Map<String, Setting> settings, String backendOrNull) {
    if (backendOrNull == null || !auto(settings)) return settings;
    Map<String, Setting> settled = new LinkedHashMap<>(settings);
    settled.put("backend", Setting.onCommandLine(backendOrNull));
    return settled;
  }

  private static void refuseTwin(String file, Cell earlier, Cell cell) {
    if (earlier == null) return;
    String why =
        earlier.hash().equals(cell.hash())
            ? "are the same run"
            : "would write one folder, though their configurations differ";
    throw new UsageException(
        "%s: cells %d and %d %s, %s"
            .formatted(file, earlier.index(), cell.index(), why, cell.name()));
  }

  /** Names of the data sets, sorted. */
  public Set<String> datasets() {
    Set<String> names = new TreeSet<>();
    cells.forEach(cell -> names.add(cell.dataset()));
    return names;
  }

  /**
   * @throws UsageException where there is no such cell
   */
  public Cell cell(int index) {
    if (index < cells.size()) return cells.get(index);
    throw new UsageException(
        "--index " + index + ": the grid has cells 0 to " + (cells.size() - 1));
  }
}
