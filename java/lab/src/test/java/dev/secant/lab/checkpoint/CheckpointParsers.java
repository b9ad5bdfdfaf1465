// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import dev.secant.lab.metrics.FileOperations;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.SafetensorsWriter;
import dev.secant.lab.metrics.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Opens the parsers of this package to the fuzz tests. */
public final class CheckpointParsers {
  public static final String PROGRAM = "1 (a)";

  private CheckpointParsers() {}

  /** What a run would be resumed from. */
  public static CheckpointStore.Found newest(Path run) {
    return new CheckpointStore(new RunDirectory(run), FileOperations.SYSTEM).newest(PROGRAM);
  }

  /** A checkpoint of one tensor, zero, whose manifest has the right hash whatever it says. */
  public static void write(Path file, String manifest) {
    new SafetensorsWriter()
        .metadata("manifest", manifest)
        .metadata("manifest_sha256", Sha256.hex(manifest.getBytes(StandardCharsets.UTF_8)))
        .add("raw/w", new float[1], 1)
        .write(file);
  }
}
