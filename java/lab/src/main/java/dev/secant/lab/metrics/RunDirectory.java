// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder of a run and the files in it. */
public record RunDirectory(Path path) {
  private static final String CONFIG = "config.yaml";
  private static final String SPLIT = "split.json";
  private static final String METRICS = "metrics.jsonl";
  private static final String TIMING = "timing.jsonl";
  private static final String SUMMARY = "summary.json";
  private static final String MODEL = "model.safetensors";
  private static final String INITIAL = "initial.safetensors";
  private static final List<String> FILES =
      List.of(CONFIG, SPLIT, METRICS, TIMING, SUMMARY, MODEL, INITIAL);

  /**
   * A folder to write a run into. One that is not empty is refused; with overwrite the files of an
   * earlier run, and no others, are deleted.
   */
  public static RunDirectory create(Path path, boolean overwrite) {
    try {
      if (Files.exists(path)) requireUsable(path, overwrite);
      Files.createDirectories(path);
      return new RunDirectory(path);
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", path, e);
    }
  }

  /** The folder of a run that has been made, to read from. */
  public static RunDirectory open(Path path) {
    if (!Files.isDirectory(path)) throw new UsageException(path + ": no such run directory");
    if (!Files.exists(path.resolve(CONFIG))) {
      throw new UsageException(path + ": not a run directory: expected " + CONFIG + " in it");
    }
    return new RunDirectory(path);
  }

  private static void requireUsable(Path path, boolean overwrite) throws IOException {
    if (!Files.isDirectory(path))
      throw new UsageException(path + ": expected a directory, found a file");
    List<String> found;
    try (Stream<Path> entries = Files.list(path)) {
      found = entries.map(p -> p.getFileName().toString()).sorted().toList();
    }
    if (found.isEmpty()) return;
    if (!overwrite) {
      throw new UsageException(
          "%s: expected a new or empty output directory, found %s in it; --overwrite replaces an earlier run"
              .formatted(
                  path,
                  found.size() == 1
                      ? found.get(0)
                      : found.get(0) + " and " + (found.size() - 1) + " more"));
    }
    for (String name : FILES) {
      Files.deleteIfExists(path.resolve(name));
      Files.deleteIfExists(path.resolve(name + AtomicFile.SUFFIX));
    }
  }

  public Path config() {
    return path.resolve(CONFIG);
  }

  public Path split() {
    return path.resolve(SPLIT);
  }

  public Path metrics() {
    return path.resolve(METRICS);
  }

  public Path timing() {
    return path.resolve(TIMING);
  }

  public Path summary() {
    return path.resolve(SUMMARY);
  }

  /** The weights a run started from; only kept beside a recipe dump. */
  public Path initialModel() {
    return path.resolve(INITIAL);
  }

  public Path model() {
    return path.resolve(MODEL);
  }
}
