// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.LabException;
import java.nio.file.Path;

/** Another process works on the cell. */
public final class TakenException extends LabException {
  private TakenException(String message) {
    super(ExitCode.USAGE, message);
  }

  static TakenException by(Owner owner, Path lock) {
    return new TakenException(
        "%s: %s works on this cell; where that has ended for certain, delete the file"
            .formatted(lock, owner.describe()));
  }
}
