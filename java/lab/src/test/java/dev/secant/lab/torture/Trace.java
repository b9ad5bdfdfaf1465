// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.metrics.LastLine;
import dev.secant.lab.metrics.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How far a run has come, read off its files when no process works on it.
 *
 * @param next step before which it stood: one after the last that the metrics tell of
 * @param measured what was due before that step is in the metrics
 * @param checkpoint step of the newest one; -1 where there is none
 * @param written when the metrics were changed last, in milliseconds
 */
record Trace(long next, boolean measured, long checkpoint, long written) {

  static Trace of(Path run) throws IOException {
    RunDirectory directory = new RunDirectory(run);
    // Before its lines: a process that cuts them back at this moment changes both.
    long written = modified(directory.metrics());
    JsonNode last = LastLine.of(directory.metrics()).orElse(null);
    long step = last == null ? -1 : last.get("step").longValue();
    boolean trained = last == null || last.get("type").textValue().equals("train");
    long newest = -1;
    for (String name : names(directory.checkpoints()))
      if (name.matches("step-\\d+\\.safetensors"))
        newest = Math.max(newest, Long.parseLong(name.replaceAll("\\D", "")));
    return new Trace(trained ? step + 1 : step, !trained, newest, written);
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) return List.of();
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static long modified(Path file) throws IOException {
    try {
      return Files.getLastModifiedTime(file).toMillis();
    } catch (NoSuchFileException e) {
      return -1;
    }
  }

  /** Whether a process that found the run like {@code before} has taken a step or measured. */
  boolean isBeyond(Trace before) {
    if (written == before.written) return false;
    if (checkpoint > before.checkpoint) return true;
    return lost() > 0 || (measured && lost() == 0);
  }

  /**
   * Whether a checkpoint was under way: one that was due is not there yet.
   *
   * @param every so many steps one is due
   */
  boolean isSaving(long every) {
    return Math.max(checkpoint, 0) < next / every * every;
  }

  /** Steps that are taken again by whoever goes on. */
  long lost() {
    return next - Math.max(checkpoint, 0);
  }
}
