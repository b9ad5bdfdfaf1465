// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Files that appear whole or not at all: written beside their final name, forced to the disk,
 * renamed, and the folder forced too. An interrupt of the thread does not stop a file half-way.
 */
public final class AtomicFile {
  public static final String SUFFIX = ".tmp";

  /** Writes the content of a file; large pieces, for nothing buffers them. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  public static void write(Path file, byte[] content) {
    write(file, out -> out.write(content));
  }

  public static void write(Path file, Content content) {
    write(FileOperations.SYSTEM, file, content);
  }

  /** Whatever goes wrong, the old file stays and no half-written one is left. */
  public static void write(FileOperations files, Path file, Content content) {
    Path temporary = file.resolveSibling(file.getFileName() + SUFFIX);
    boolean done = false;
    try {
      files.delete(temporary); // a killed process may have left one
      try (FileOperations.Output out = files.create(temporary)) {
        content.writeTo(out);
        out.force();
      }
      files.move(temporary, file);
      done = true;
      files.forceFolder(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", file, e);
    } finally {
      if (!done) deleteQuietly(files, temporary);
    }
  }

  /**
   * Forces a finished file to the disk, and gives it its final name beside or in another folder.
   */
  public static void publish(Path from, Path to) {
    FileOperations files = FileOperations.SYSTEM;
    try {
      files.force(from);
      files.move(from, to);
      files.forceFolder(to.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", to, e);
    }
  }

  private static void deleteQuietly(FileOperations files, Path file) {
    try {
      files.delete(file);
    } catch (IOException e) {
      // The failure that matters is already on its way.
    }
  }
}
