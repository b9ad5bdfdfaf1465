// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** Folders with all that is in them. */
public final class Trees {
  private Trees() {}

  /** Deletes one, where it is there. */
  public static void delete(Path root) throws IOException {
    if (!Files.exists(root)) return;
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }

  /**
   * Makes one.
   *
   * @param files content by the name below the root
   */
  public static void write(Map<String, byte[]> files, Path root) throws IOException {
    Files.createDirectories(root);
    for (Map.Entry<String, byte[]> e : files.entrySet()) {
      Files.createDirectories(root.resolve(e.getKey()).getParent());
      Files.write(root.resolve(e.getKey()), e.getValue());
    }
  }
}
