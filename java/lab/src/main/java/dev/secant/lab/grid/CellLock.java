// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
  static CellLock take(GridFolder folder, Cell cell, Owner self) {
    Path file = folder.lock(cell);
    try (Guard held = Guard.of(folder)) {
      Optional<Owner> owner = owner(folder, cell);
      if (owner.isPresent() && !owner.get().gone(self)) throw TakenException.by(owner.get(), file);
      AtomicFile.write(file, self.json().getBytes(StandardCharsets.UTF_8));
    }
    return new CellLock(folder, file);
  }

  /**
   * Who says to work on the cell; may have ended.
   *
   * @throws DataException where the file is damaged
   */
  static Optional<Owner> owner(GridFolder folder, Cell cell) {
    Path file = folder.lock(cell);
    if (!Files.exists(file)) return Optional.empty();
    try {
      return Optional.of(Owner.of(Json.read(file)));
    } catch (DataException e) {
      // Given back since the last line.
      if (!Files.exists(file)) return Optional.empty();
      throw new DataException(
          e.getMessage() + "; delete it where no process works on " + cell.name(), e);
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
