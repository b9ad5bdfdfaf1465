// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import java.util.List;

/** Opens the parsers of this package to the fuzz tests. */
public final class GridParsers {
  private GridParsers() {}

  /** The grid file that a folder of these cells keeps. */
  public static String write(Grid grid) {
    return GridYaml.write(grid.cells().stream().map(Cell::config).toList());
  }

  public static List<String> hashes(Grid grid) {
    return grid.cells().stream().map(Cell::hash).toList();
  }
}
