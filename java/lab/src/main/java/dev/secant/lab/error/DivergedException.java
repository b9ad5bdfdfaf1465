// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.error;

/** A loss or gradient that is not finite. */
public final class DivergedException extends LabException {
  public DivergedException(String message) {
    super(ExitCode.DIVERGED, message);
  }

  public DivergedException(String message, Throwable cause) {
    super(ExitCode.DIVERGED, message, cause);
  }
}
