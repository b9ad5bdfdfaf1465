// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

/**
 * What native code needs is not here: a platform, a library, a driver, a device; the message says
 * why a backend cannot run, and what to do.
 */
public class BackendUnavailableException extends RuntimeException implements Coded {
  public BackendUnavailableException(String message) {
    super(message);
  }

  @Override
  public ErrorCode code() {
    return ErrorCode.UNAVAILABLE;
  }
}
