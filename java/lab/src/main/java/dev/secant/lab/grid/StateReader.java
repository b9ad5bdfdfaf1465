// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.EventFile;
import dev.secant.lab.metrics.FolderLock;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.metrics.LastLine;
import dev.secant.lab.metrics.LockOwner;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.train.BuildInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells the state of cells from their files, and nothing else. */
public final class StateReader {
  private static final int DIFFERENCES_NAMED = 3;

  private final GridFolder folder;
  private final LockOwner observer = LockOwner.self();

  public StateReader(GridFolder folder) {
    this.folder = folder;
  }

  /** Of each cell, in order. */
  public List<CellState> read(List<Cell> cells) {
    return cells.stream().map(this::read).toList();
  }

  public CellState read(Cell cell) {
    return read(cell, owner(cell));
  }

  /** As {@link #read(Cell)}, where this process owns the cell: what the last attempt left. */
  CellState readOwn(Cell cell) {
    return read(cell, null);
  }

  private CellState read(Cell cell, String ownerOrNull) {
    RunDirectory run = new RunDirectory(folder.cell(cell));
    Optional<Failure> failure = Failure.read(folder.failure(cell));
    List<String> files = files(run.path());
    if (files.isEmpty()) return withoutFiles(ownerOrNull, failure);
    if (!files.contains(run.config().getFileName().toString())) {
      if (ownerOrNull != null) return CellState.running(0, Double.NaN, ownerOrNull);
      if (files.stream().allMatch(StateReader::isLeftover)) return CellState.interrupted(0);
      return CellState.foreign("no config.yaml beside " + String.join(", ", files));
    }
    String stranger = stranger(cell, run);
    if (stranger != null) return CellState.foreign(stranger);
    if (Files.exists(run.summary())) return summary(cell, run);
    if (ownerOrNull != null) return running(cell, run, ownerOrNull);
    long step = step(run);
    return failure
        .map(f -> CellState.failed(step, f.reason(), f.exitCode()))
        .orElseGet(() -> CellState.interrupted(step));
  }

  /** Who works on the cell, or may; null where nobody does. */
  private String owner(Cell cell) {
    try {
      Optional<LockOwner> owner = CellLock.owner(folder, cell);
      if (owner.isEmpty() || owner.get().isGone(observer)) return null;
      return owner.get().describe();
    } catch (DataException e) {
      return e.getMessage();
    }
  }

  /** What a process that was killed early may leave. */
  private static boolean isLeftover(String name) {
    return name.endsWith(".tmp")
        || name.startsWith(EventFile.PREFIX)
        || FolderLock.FILES.contains(name);
  }

  private static CellState withoutFiles(String ownerOrNull, Optional<Failure> failure) {
    if (ownerOrNull != null) return CellState.running(0, Double.NaN, ownerOrNull);
    return failure
        .map(f -> CellState.failed(0, f.reason(), f.exitCode()))
        .orElseGet(CellState::missing);
  }

  // ---- whose folder it is ----------------------------------------------------------------------

  /** Why the folder is not this cell's; null where it is. */
  private static String stranger(Cell cell, RunDirectory run) {
    RunConfig found;
    try {
      found = ConfigYaml.read(run.config());
    } catch (DataException e) {
      return e.getMessage();
    }
    if (ConfigYaml.hash(found).equals(cell.hash())) return null;
    return run.config() + " is of another configuration: " + differences(found, cell.config());
  }

  private static String differences(RunConfig found, RunConfig expected) {
    Map<String, String> here = ConfigYaml.options(found);
    List<String> names = new ArrayList<>();
    ConfigYaml.options(expected)
        .forEach(
            (key, value) -> {
              if (!value.equals(here.get(key)))
                names.add(key + " is " + here.get(key) + ", not " + value);
            });
    int more = names.size() - DIFFERENCES_NAMED;
    if (more <= 0) return String.join("; ", names);
    return String.join("; ", names.subList(0, DIFFERENCES_NAMED)) + "; and " + more + " more";
  }

  private static CellState summary(Cell cell, RunDirectory run) {
    JsonNode summary;
    try {
      summary = Json.read(run.summary());
    } catch (DataException e) {
      return CellState.failed(step(run), e.getMessage(), ExitCode.DATA);
    }
    String version = summary.path("versions").path("secant").asText("unknown");
    String own = BuildInfo.programVersion();
    if (!version.equals(own)) {
      return CellState.foreign(
          run.summary() + " is of version " + version + " of the program, this is " + own);
    }
    return CellState.done(cell.config().run().steps(), summary);
  }

  // ---- how far it is ---------------------------------------------------------------------------

  private static CellState running(Cell cell, RunDirectory run, String owner) {
    long step = step(run);
    long steps = cell.config().run().steps();
    JsonNode timing = LastLine.of(run.timing()).orElse(null);
    double left = Double.NaN;
    if (timing != null && timing.path("step").asLong() > 0) {
      double each = timing.path("seconds").asDouble() / timing.path("step").asLong();
      left = each * (steps - step);
    }
    return CellState.running(step, left, owner);
  }

  private static long step(RunDirectory run) {
    return LastLine.of(run.metrics()).map(line -> line.path("step").asLong()).orElse(0L);
  }

  private static List<String> files(Path path) {
    if (!Files.exists(path)) return List.of();
    if (!Files.isDirectory(path)) return List.of("a file of that name");
    try (Stream<Path> entries = Files.list(path)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw IoFailureException.of("cannot list", path, e);
    }
  }
}
