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
 * @param saving when the unfinished checkpoint was changed last; -1 where there is none
 */
record Trace(long next, boolean measured, long checkpoint, long written, long saving) {

  static Trace of(Path run) throws IOException {
    RunDirectory directory = new RunDirectory(run);
    JsonNode last = LastLine.of(directory.metrics()).orElse(null);
    long step = last == null ? -1 : last.get("step").longValue();
    boolean trained = last == null || last.get("type").textValue().equals("train");
    List<Path> checkpoints = list(directory.checkpoints());
    long newest = -1;
    long saving = -1;
    for (Path file : checkpoints) {
      String name = file.getFileName().toString();
      if (name.matches("step-\\d+\\.safetensors"))
        newest = Math.max(newest, Long.parseLong(name.replaceAll("\\D", "")));
      if (name.matches("step-\\d+\\.safetensors\\.tmp")) saving = modified(file);
    }
    return new Trace(
        trained ? step + 1 : step, !trained, newest, modified(directory.metrics()), saving);
  }

  private static List<Path> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) return List.of();
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
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
    boolean lines = next > Math.max(checkpoint, 0) || (measured && next == Math.max(checkpoint, 0));
    return lines;
  }

  /** Whether a checkpoint was being written by a process that found the run like {@code before}. */
  boolean isSaving(Trace before) {
    return saving >= 0 && saving != before.saving;
  }

  /** Steps that are taken again by whoever goes on. */
  long lost() {
    return next - Math.max(checkpoint, 0);
  }
}
