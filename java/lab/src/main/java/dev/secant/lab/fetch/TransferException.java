// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fetch;

/** An address did not give a file. */
final class TransferException extends Exception {
  private final boolean passing;

  /**
   * @param passing another attempt may succeed
   */
  TransferException(boolean passing, String message, Throwable cause) {
    super(message, cause);
    this.passing = passing;
  }

  TransferException(boolean passing, String message) {
    this(passing, message, null);
  }

  boolean passing() {
    return passing;
  }
}
