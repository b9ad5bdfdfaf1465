// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.LabException;
import dev.secant.lab.metrics.LockOwner;
import java.nio.file.Path;

/** Another process works on the cell. */
public final class TakenException extends LabException {
  TakenException(String message) {
    super(ExitCode.USAGE, message);
  }

  static TakenException by(LockOwner owner, Path lock) {
    return new TakenException(
        "%s: %s works on this cell; where that has ended for certain, delete the file, and the lock in the cell's folder"
            .formatted(lock, owner.describe()));
  }
}
