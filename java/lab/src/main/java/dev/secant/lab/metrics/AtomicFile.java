// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import dev.secant.lab.error.IoFailureException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files that appear whole or not at all: written beside their final name, forced to the disk,
 * renamed, and the folder forced too. An interrupt of the thread does not stop a file half-way.
 */
public final class AtomicFile {
  static final String SUFFIX = ".tmp";

  /** Writes the content of a file; large pieces, for nothing buffers them. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  public static void write(Path file, byte[] content) {
    write(file, out -> out.write(content));
  }

  /** Whatever goes wrong, the old file stays and no half-written one is left. */
  public static void write(Path file, Content content) {
    Path temporary = file.resolveSibling(file.getFileName() + SUFFIX);
    boolean done = false;
    try {
      try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
        content.writeTo(out);
        out.getFD().sync();
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      done = true;
      forceFolder(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", file, e);
    } finally {
      if (!done) deleteQuietly(temporary);
    }
  }

  /**
   * Forces a finished file to the disk, and gives it its final name beside or in another folder.
   */
  public static void publish(Path from, Path to) {
    try {
      try (FileChannel channel = FileChannel.open(from, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      forceFolder(to.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw IoFailureException.of("cannot write", to, e);
    }
  }

  /** An interrupt closes channels, so it waits until this is done. */
  private static void forceFolder(Path folder) throws IOException {
    boolean interrupted = Thread.interrupted();
    while (true) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
        break;
      } catch (ClosedByInterruptException e) {
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The failure that matters is already on its way.
    }
  }
}
