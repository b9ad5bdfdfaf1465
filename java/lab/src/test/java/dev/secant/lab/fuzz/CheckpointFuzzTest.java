// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.checkpoint.Checkpoint;
import dev.secant.lab.checkpoint.CheckpointParsers;
import dev.secant.lab.checkpoint.CheckpointStore;
import dev.secant.lab.checkpoint.Position;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/**
 * The folder of checkpoints of a run. The first byte says whether the rest is a checkpoint's file,
 * the manifest of one whose hash is right, the file {@code latest}, or the digits in a file's name.
 */
class CheckpointFuzzTest {
  private static final String METRICS = "{\"type\":\"eval\"}\n";

  @TempDir static Path folder;

  @FuzzTest
  void reads(byte[] input) throws IOException {
    if (input.length == 0) return;
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    String text = new String(rest, StandardCharsets.UTF_8);
    Path checkpoints = emptied();
    Path file = checkpoints.resolve("step-000000000004.safetensors");
    switch (input[0] & 3) {
      case 0 -> Hostile.write(file, rest);
      case 1 -> CheckpointParsers.write(file, text);
      case 2 -> Hostile.write(checkpoints.resolve("latest"), rest);
      default -> Hostile.write(checkpoints.resolve(name(text)), new byte[0]);
    }
    Hostile.offer(ExitCode.DATA, "", () -> CheckpointParsers.newest(folder))
        .map(CheckpointStore.Found::checkpointOrNull)
        .ifPresent(CheckpointFuzzTest::requireUsable);
  }

  private static Path emptied() throws IOException {
    Path checkpoints = Files.createDirectories(folder.resolve("checkpoints"));
    try (Stream<Path> left = Files.list(checkpoints)) {
      for (Path file : left.toList()) Files.delete(file);
    }
    for (String name : Set.of(RunDirectory.METRICS, RunDirectory.TIMING))
      Files.writeString(folder.resolve(name), METRICS);
    return checkpoints;
  }

  /** Any that a file can have. */
  private static String name(String text) {
    String digits = text.replaceAll("[^0-9]", "");
    return "step-" + digits.substring(0, Math.min(digits.length(), 100)) + ".safetensors";
  }

  /** Everything that resuming takes for granted. */
  private static void requireUsable(Checkpoint checkpoint) {
    Position position = checkpoint.position();
    Hostile.require(position.step() >= 0, "step " + position.step());
    Map<String, Long> lengths = position.lengths();
    Set<String> growing = Set.of(RunDirectory.METRICS, RunDirectory.TIMING);
    Hostile.require(growing.containsAll(lengths.keySet()), "files " + lengths.keySet());
    for (long length : lengths.values())
      Hostile.require(length >= 0 && length <= METRICS.length(), "length " + length);
    Hostile.require(checkpoint.identity().config() != null, "no configuration");
    Hostile.require(position.clock().seconds() >= 0, "time " + position.clock());
    for (String note : position.notes()) Hostile.require(note != null, "a note that is none");
  }
}
