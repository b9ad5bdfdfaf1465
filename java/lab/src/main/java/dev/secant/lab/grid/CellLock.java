// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.LockOwner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Makes this process the one owner of a cell. Closing it gives the cell back. */
final class CellLock implements AutoCloseable {
  private final GridFolder folder;
  private final Path file;

  private CellLock(GridFolder folder, Path file) {
    this.folder = folder;
    this.file = file;
  }

  /**
   * Takes the cell, also from an owner that has ended without giving it back.
   *
   * @throws TakenException where its owner lives, or may
   */
  static CellLock take(GridFolder folder, Cell cell, LockOwner self) {
    Path file = folder.lock(cell);
    try (Guard held = Guard.of(folder)) {
      Optional<LockOwner> owner = owner(folder, cell);
      if (owner.isPresent() && !owner.get().isGone(self))
        throw TakenException.by(owner.get(), file);
      AtomicFile.write(file, self.toJson().getBytes(StandardCharsets.UTF_8));
    }
    return new CellLock(folder, file);
  }

  /**
   * Who says to work on the cell; may have ended.
   *
   * @throws DataException where the file is damaged
   */
  static Optional<LockOwner> owner(GridFolder folder, Cell cell) {
    Path file = folder.lock(cell);
    try {
      LockOwner owner = LockOwner.parse(Files.readString(file));
      if (owner != null) return Optional.of(owner);
      throw new DataException(
          file + ": names no process; delete it where none works on " + cell.name());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }

  @Override
  public void close() {
    try (Guard held = Guard.of(folder)) {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw IoFailureException.of("cannot delete", file, e);
    }
  }
}
