// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.config.YamlText;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder of a grid: {@code grid.yaml}, a run folder for each cell, and in {@code state} who is
 * at work and what failed. Everything that is known of a grid is in these files; any number of
 * processes on any number of machines may share them.
 */
public record GridFolder(Path path) {
  private static final String GRID = "grid.yaml";
  private static final String STATE = "state";

  /**
   * What adding a grid to a folder did.
   *
   * @param kept cells of earlier grids that are not of this one
   * @param added cells that were not there
   */
  public record Merge(int kept, int added) {}

  public Path gridFile() {
    return path.resolve(GRID);
  }

  public Path cell(Cell cell) {
    return path.resolve(cell.name());
  }

  Path state() {
    return path.resolve(STATE);
  }

  Path lock(Cell cell) {
    return state().resolve(cell.name() + ".lock");
  }

  Path failure(Cell cell) {
    return state().resolve(cell.name() + ".failure.json");
  }

  /** What a process of its own for this cell writes. */
  public Path log(Cell cell) {
    return state().resolve(cell.name() + ".log");
  }

  /**
   * The cells that were ever asked for here, the oldest first.
   *
   * @throws DataException where there is no grid
   */
  public Grid grid() {
    if (!Files.isDirectory(path)) throw new DataException(path + ": no such grid folder");
    if (!Files.exists(gridFile()))
      throw new DataException(path + ": not a grid folder: expected " + GRID + " in it");
    Path name = path.toAbsolutePath().normalize().getFileName();
    return Grid.of(name == null ? "grid" : name.toString(), GridSource.read(gridFile()));
  }

  /** Adds the cells that are new; those of earlier grids stay where they are, and their indices. */
  public Merge merge(Grid grid) {
    try (Guard held = Guard.of(this)) {
      List<Cell> before = Files.exists(gridFile()) ? grid().cells() : List.of();
      Set<String> known = new HashSet<>();
      before.forEach(cell -> known.add(cell.name()));
      List<Cell> all = new ArrayList<>(before);
      grid.cells().stream().filter(cell -> !known.contains(cell.name())).forEach(all::add);
      int added = all.size() - before.size();
      if (added > 0) write(all);
      return new Merge(all.size() - grid.cells().size(), added);
    }
  }

  private void write(List<Cell> cells) {
    String text = GridYaml.write(cells.stream().map(Cell::config).toList());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > YamlText.MOST_BYTES || cells.size() > GridSource.MOST_CELLS) {
      throw new UsageException(
          "%s: would have %d cells in %d bytes, expected at most %d in %d; use another folder"
              .formatted(
                  gridFile(),
                  cells.size(),
                  bytes.length,
                  GridSource.MOST_CELLS,
                  YamlText.MOST_BYTES));
    }
    AtomicFile.write(gridFile(), bytes);
  }

  void createState() {
    try {
      Files.createDirectories(state());
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", state(), e);
    }
  }

  /** Names of run folders in here that are no cells of a grid, sorted. */
  public List<String> strangers(Grid grid) {
    Set<String> known = new HashSet<>();
    grid.cells().forEach(cell -> known.add(cell.name()));
    if (!Files.isDirectory(path)) return List.of();
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(p -> Files.exists(p.resolve("config.yaml")))
          .map(p -> p.getFileName().toString())
          .filter(name -> !known.contains(name))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw IoFailureException.of("cannot list", path, e);
    }
  }
}
