// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.error;

/**
 * A failure that a user can understand: one printable line that says what, where, expected and
 * found, and an exit code.
 */
public class LabException extends RuntimeException {
  private final int exitCode;

  public LabException(int exitCode, String message) {
    super(PrintableLine.of(message));
    this.exitCode = exitCode;
  }

  public LabException(int exitCode, String message, Throwable cause) {
    super(PrintableLine.of(message), cause);
    this.exitCode = exitCode;
  }

  /** One of {@link ExitCode}. */
  public int exitCode() {
    return exitCode;
  }
}
