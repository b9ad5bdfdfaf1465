// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where programs of NVIDIA's are looked for: nvidia-smi, ncu, compute-sanitizer.
 *
 * @param folders in this order
 */
public record Tools(List<Path> folders) {
  private static final Path TOOLKIT = Path.of("/usr/local/cuda/bin");

  public Tools {
    folders = List.copyOf(folders);
  }

  /** The folders of PATH, then the CUDA toolkit's usual one. */
  public static Tools ofEnvironment() {
    List<Path> folders = new ArrayList<>();
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
      folders.add(Path.of(folder.isEmpty() ? "." : folder));
    folders.add(TOOLKIT);
    return new Tools(folders);
  }

  /** Where the program lies, or null. */
  Path find(String program) {
    return folders.stream()
        .map(folder -> folder.resolve(program))
        .filter(file -> Files.isExecutable(file) && !Files.isDirectory(file))
        .findFirst()
        .orElse(null);
  }
}
