// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.error;

/** The user or the system asked the run to end. */
public final class InterruptedRunException extends LabException {
  /**
   * @param exitCode {@link ExitCode#INTERRUPTED}, {@link ExitCode#TERMINATED} or {@link
   *     ExitCode#RESUMABLE}
   */
  public InterruptedRunException(int exitCode, String message) {
    super(exitCode, message);
  }
}
