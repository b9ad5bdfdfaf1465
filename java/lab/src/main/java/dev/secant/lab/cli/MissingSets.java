// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.DataException;
import dev.secant.lab.grid.Cell;
import dev.secant.lab.grid.GridFolder;
import dev.secant.lab.grid.Place;
import dev.secant.lab.train.ImageSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Data sets that cells need and that cannot be read.
 *
 * @param reasons by name
 */
record MissingSets(Map<String, String> reasons) {
  /** Reads every data set that is needed once. */
  static MissingSets of(List<Cell> cells, GridFolder folder, Place place, ImageSource images) {
    Map<String, String> reasons = new LinkedHashMap<>();
    Set<List<Object>> seen = new LinkedHashSet<>();
    for (Cell cell : cells) {
      if (!seen.add(List.of(cell.dataset(), cell.config().data().svhnExtra()))) continue;
      RunConfig.Data data = cell.configIn(folder.cell(cell), place).config().data();
      try {
        images.load(data);
      } catch (DataException e) {
        reasons.put(cell.dataset(), e.getMessage());
      }
    }
    return new MissingSets(reasons);
  }

  boolean none() {
    return reasons.isEmpty();
  }

  boolean concern(Cell cell) {
    return reasons.containsKey(cell.dataset());
  }

  /** Each with its reason, in one line. */
  String describe() {
    return reasons.entrySet().stream()
        .map(e -> e.getKey() + " (" + e.getValue() + ")")
        .collect(Collectors.joining("; "));
  }
}
