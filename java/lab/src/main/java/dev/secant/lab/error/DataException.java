// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.error;

/**
 * A data set, tensor file or checkpoint that is missing or damaged; the message names file and
 * offset.
 */
public final class DataException extends LabException {
  public DataException(String message) {
    super(ExitCode.DATA, message);
  }

  public DataException(String message, Throwable cause) {
    super(ExitCode.DATA, message, cause);
  }
}
