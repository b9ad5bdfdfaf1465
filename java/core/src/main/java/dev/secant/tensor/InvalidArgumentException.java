// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

/**
 * A wrong argument: the message names it, with what was expected and what was found.
 *
 * @since 0.1.0
 */
public final class InvalidArgumentException extends IllegalArgumentException implements Coded {
  public InvalidArgumentException(String message) {
    super(message);
  }

  @Override
  public ErrorCode code() {
    return ErrorCode.INVALID_ARGUMENT;
  }
}
