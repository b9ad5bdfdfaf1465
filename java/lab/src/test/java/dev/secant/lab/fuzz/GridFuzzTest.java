// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.grid.Grid;
import dev.secant.lab.grid.GridParsers;
import dev.secant.lab.grid.GridSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** Grid files; the input is the file. */
class GridFuzzTest {
  /** Each is settled like a run: more of the same would only cost time. */
  private static final int SETTLED = 20;

  @TempDir static Path folder;

  @FuzzTest
  void reads(byte[] input) {
    Path file = Hostile.write(folder.resolve("grid.yaml"), input);
    Optional<GridSource> source =
        Hostile.offer(
            ExitCode.USAGE,
            file.toString(),
            () -> {
              GridSource read = GridSource.read(file);
              read.cells();
              return read;
            });
    if (source.isEmpty() || source.get().cells().size() > SETTLED) return;
    Hostile.offer(ExitCode.USAGE, "", () -> settled(source.get()))
        .ifPresent(GridFuzzTest::requireRoundTrip);
  }

  /** On the CPU, so that no device is asked for. */
  private static Grid settled(GridSource source) {
    return Grid.of("hostile", source.with(Map.of("backend", List.of("cpu"))));
  }

  private static void requireRoundTrip(Grid grid) {
    Grid again = Grid.of("again", GridSource.parse("again", GridParsers.write(grid)));
    Hostile.same(GridParsers.hashes(grid), GridParsers.hashes(again), "cells");
  }
}
