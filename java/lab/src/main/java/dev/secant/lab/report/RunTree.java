// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.RunDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The runs below a folder, in the order of their paths.
 *
 * @param unfinished folders of runs without a summary, which have no place in a report
 */
record RunTree(List<RunRecord> runs, List<String> unfinished) {
  private static final int DEPTH = 32;

  /**
   * @throws DataException where there is no such folder, no run that has ended in it, or a run that
   *     is damaged
   */
  static RunTree read(Path root) {
    if (!Files.isDirectory(root)) throw new DataException(root + ": no such directory");
    List<RunRecord> runs = new ArrayList<>();
    List<String> unfinished = new ArrayList<>();
    for (Path folder : folders(root)) {
      String name = name(root, folder);
      if (Files.exists(new RunDirectory(folder).summary())) runs.add(RunReader.read(folder, name));
      else unfinished.add(name);
    }
    if (runs.isEmpty()) {
      throw new DataException(
          root
              + ": expected folders of runs that have ended, with config.yaml, summary.json and metrics.jsonl; found "
              + (unfinished.isEmpty() ? "none" : unfinished.size() + " that have not ended"));
    }
    return new RunTree(List.copyOf(runs), List.copyOf(unfinished));
  }

  private static List<Path> folders(Path root) {
    try (Stream<Path> all = Files.walk(root, DEPTH)) {
      return all.filter(Files::isDirectory).filter(RunDirectory::is).sorted().toList();
    } catch (IOException e) {
      throw IoFailureException.of("cannot list", root, e);
    } catch (UncheckedIOException e) {
      throw IoFailureException.of("cannot list", root, e.getCause());
    }
  }

  private static String name(Path root, Path folder) {
    String relative = root.relativize(folder).toString();
    return relative.isEmpty() ? "." : relative;
  }
}
