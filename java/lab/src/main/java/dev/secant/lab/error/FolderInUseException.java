// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.error;

/** Another process works in the folder, or may. */
public final class FolderInUseException extends LabException {
  public FolderInUseException(String message) {
    super(ExitCode.USAGE, message);
  }
}
