// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.DeviceOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Stand-ins for NVIDIA's programs, as shell scripts in a folder of a test.
 *
 * @param folder where they lie, and where logs go
 */
record FakePrograms(Path folder) {
  /** What {@code secant-kernel-tests} says when all is well. */
  static final String CASES =
      "81 cases, 70 with bf16 activations too, on 2 cuda contexts: 0 failed";

  /**
   * @param body lines of a shell script
   */
  Path put(String name, String... body) {
    return write(name, "#!/bin/sh\n" + String.join("\n", body) + "\n");
  }

  /** An executable file that no system can start. */
  Path putBroken(String name) {
    return write(name, "#!/nowhere/interpreter\n");
  }

  private Path write(String name, String text) {
    try {
      Path file = Files.writeString(folder.resolve(name), text);
      if (!file.toFile().setExecutable(true)) throw new IOException(file + " stays a plain file");
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path kernelTests() {
    return folder.resolve("secant-kernel-tests");
  }

  /** A device whose tools are these, whole sizes. */
  CheckSettings settings(int seconds) {
    return new CheckSettings(
            "cuda",
            DeviceOptions.standard(),
            1,
            false,
            seconds,
            Files.exists(kernelTests()) ? kernelTests() : null,
            null,
            folder)
        .with(new Tools(List.of(folder)));
  }
}
