// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folder of a run and the files in it. */
public record RunDirectory(Path path) {
  private static final String CONFIG = "config.yaml";
  private static final String SPLIT = "split.json";

  /** The files that grow, by name. */
  public static final String METRICS = "metrics.jsonl";

  public static final String TIMING = "timing.jsonl";
  private static final String SUMMARY = "summary.json";
  private static final String MODEL = "model.safetensors";
  private static final String INITIAL = "initial.safetensors";
  private static final String CHOICES = "plans.json";
  private static final String CHECKPOINTS = "checkpoints";
  private static final Pattern CHECKPOINT_FILE =
      Pattern.compile("(step-\\d+\\.safetensors|latest)(\\.tmp)?");
  private static final List<String> FILES =
      List.of(CONFIG, SPLIT, METRICS, TIMING, SUMMARY, MODEL, INITIAL, CHOICES);

  /** All that there can be of a run before its configuration. */
  private static final List<String> BEFORE_A_RUN =
      List.of(FolderLock.FILE, FolderLock.TAKEOVER, CONFIG + AtomicFile.SUFFIX);

  /**
   * Refuses what {@link #create} would refuse, and changes nothing: a folder that is not empty,
   * unless it may be overwritten, and a place where none can be made.
   */
  public static void check(Path path, boolean overwrite) {
    try {
      if (Files.exists(path)) requireUsable(path, overwrite);
      requireWritable(path.toAbsolutePath().normalize());
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", path, e);
    }
  }

  /**
   * A folder to write a run into; whoever calls this owns it. One that is not empty is refused;
   * with overwrite the files of an earlier run, and no others, are deleted.
   */
  public static RunDirectory create(Path path, boolean overwrite) {
    check(path, overwrite);
    try {
      Files.createDirectories(path);
      RunDirectory created = new RunDirectory(path);
      created.deleteFiles();
      return created;
    } catch (IOException e) {
      throw IoFailureException.of("cannot create", path, e);
    }
  }

  /**
   * Removes the files of a run that did not start.
   *
   * @param folder the folder too, where nothing else is in it
   */
  public void discard(boolean folder) {
    try {
      deleteFiles();
      if (folder) Files.deleteIfExists(path.resolve(FolderLock.FILE));
      if (folder) Files.deleteIfExists(path);
    } catch (IOException e) {
      // Other files are in it, or the failure that matters is already on its way.
    }
  }

  /**
   * The folder of a run that has been made, to read from.
   *
   * @throws DataException where there is none
   */
  public static RunDirectory open(Path path) {
    if (!Files.isDirectory(path)) throw new DataException(path + ": no such run directory");
    if (!Files.exists(path.resolve(CONFIG))) {
      throw new DataException(path + ": not a run directory: expected " + CONFIG + " in it");
    }
    return new RunDirectory(path);
  }

  /** Whether a folder has the configuration of a run in it. */
  public static boolean is(Path path) {
    return Files.isRegularFile(path.resolve(CONFIG));
  }

  private static void requireUsable(Path path, boolean overwrite) throws IOException {
    if (!Files.isDirectory(path))
      throw new UsageException(path + ": expected a directory, found a file");
    List<String> found;
    try (Stream<Path> entries = Files.list(path)) {
      found =
          entries
              .map(p -> p.getFileName().toString())
              .filter(name -> !BEFORE_A_RUN.contains(name))
              .sorted()
              .toList();
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
  }

  /** The folder, or the nearest one above it that exists. */
  private static void requireWritable(Path path) throws IOException {
    Path existing = path;
    while (!Files.exists(existing)) existing = existing.getParent();
    if (!Files.isDirectory(existing)) throw new NotDirectoryException(existing.toString());
    if (!Files.isWritable(existing)) throw new AccessDeniedException(existing.toString());
  }

  private void deleteFiles() throws IOException {
    for (String name : FILES) {
      Files.deleteIfExists(path.resolve(name));
      Files.deleteIfExists(path.resolve(name + AtomicFile.SUFFIX));
    }
    deleteCheckpointFiles();
  }

  /** Of a run that has ended. */
  public void deleteCheckpoints() {
    try {
      deleteCheckpointFiles();
    } catch (IOException e) {
      throw IoFailureException.of("cannot delete", checkpoints(), e);
    }
  }

  /** The files that grow, so that they can be begun again. */
  public void deleteGrowing() {
    for (Path file : List.of(metrics(), timing())) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw IoFailureException.of("cannot delete", file, e);
      }
    }
  }

  private void deleteCheckpointFiles() throws IOException {
    if (!Files.isDirectory(checkpoints())) return;
    List<Path> found;
    try (Stream<Path> entries = Files.list(checkpoints())) {
      found = entries.toList();
    }
    boolean all = true;
    for (Path entry : found) {
      boolean ours = CHECKPOINT_FILE.matcher(entry.getFileName().toString()).matches();
      if (ours) Files.delete(entry);
      all &= ours;
    }
    if (all) Files.delete(checkpoints());
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

  /** The metrics where they are, plain or packed with gzip by whoever keeps results. */
  public Path storedMetrics() {
    return Files.exists(metrics()) || !Files.exists(packedMetrics()) ? metrics() : packedMetrics();
  }

  /** The metrics of a run that is kept. */
  public Path packedMetrics() {
    return path.resolve(METRICS + ".gz");
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

  /** Algorithms that the backend chose by measurement; only where it did. */
  public Path choices() {
    return path.resolve(CHOICES);
  }

  /** The folder of what a run that has not ended can be resumed from. */
  public Path checkpoints() {
    return path.resolve(CHECKPOINTS);
  }

  public Path model() {
    return path.resolve(MODEL);
  }
}
