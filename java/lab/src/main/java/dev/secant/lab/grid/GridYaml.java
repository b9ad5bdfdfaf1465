// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A settled grid as a grid file: what all cells have in common, then a line a cell. It reads back
 * to the same cells, whatever the defaults of options become.
 */
final class GridYaml {
  private static final List<String> FIRST = List.of("dataset", "labels", "method", "k", "seed");

  private GridYaml() {}

  static String write(List<RunConfig> configs) {
    List<Map<String, String>> cells = new ArrayList<>();
    configs.forEach(config -> cells.add(ConfigYaml.values(config)));
    Map<String, String> common = common(cells);
    StringBuilder text =
        new StringBuilder("# Cells of a grid, settled; new ones are added at the end.\n");
    common.forEach((k, v) -> text.append(k).append(": ").append(quoted(v)).append('\n'));
    text.append(GridSource.CELLS).append(":\n");
    for (Map<String, String> cell : cells)
      text.append("- {").append(String.join(", ", own(cell, common))).append("}\n");
    return text.toString();
  }

  /** Options but the first ones, which every line shows. */
  private static Map<String, String> common(List<Map<String, String>> cells) {
    Map<String, String> common = new LinkedHashMap<>(cells.get(0));
    common.keySet().removeAll(FIRST);
    for (Map<String, String> cell : cells) {
      Iterator<Map.Entry<String, String>> entries = common.entrySet().iterator();
      while (entries.hasNext()) {
        Map.Entry<String, String> e = entries.next();
        if (!e.getValue().equals(cell.get(e.getKey()))) entries.remove();
      }
    }
    return common;
  }

  private static List<String> own(Map<String, String> cell, Map<String, String> common) {
    List<String> parts = new ArrayList<>();
    for (String key : FIRST) parts.add(key + ": " + quoted(cell.get(key)));
    cell.forEach(
        (key, value) -> {
          if (!FIRST.contains(key) && !common.containsKey(key))
            parts.add(key + ": " + quoted(value));
        });
    return parts;
  }

  /** A comma would end a value between braces. */
  private static String quoted(String value) {
    String text = ConfigYaml.quoted(value);
    return text.equals(value) && value.contains(",") ? "'" + value + "'" : text;
  }
}
