// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.error.IoFailureException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One process at a time changes who owns a cell, or the list of cells. Held for moments; the system
 * takes it from a process that dies.
 */
final class Guard implements AutoCloseable {
  private final FileChannel channel;
  private final Path file;

  private Guard(FileChannel channel, Path file) {
    this.channel = channel;
    this.file = file;
  }

  /** Waits until it is free. */
  static Guard of(GridFolder folder) {
    folder.createState();
    Path file = folder.state().resolve("guard");
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        channel.lock();
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      return new Guard(channel, file);
    } catch (IOException e) {
      throw IoFailureException.of("cannot lock", file, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw IoFailureException.of("cannot unlock", file, e);
    }
  }
}
