// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.error;

/** A backend that was asked for and cannot run here; the message gives the reasons. */
public final class BackendUnavailableException extends LabException {
  public BackendUnavailableException(String message) {
    super(ExitCode.BACKEND, message);
  }

  public BackendUnavailableException(String message, Throwable cause) {
    super(ExitCode.BACKEND, message, cause);
  }
}
