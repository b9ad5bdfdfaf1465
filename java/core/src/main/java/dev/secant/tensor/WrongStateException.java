// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

/**
 * A call that comes too late, from the wrong thread, while another one is inside, or that what was
 * planned does not allow; or a device that failed. The code says which.
 *
 * @since 0.1.0
 */
public final class WrongStateException extends IllegalStateException implements Coded {
  private final ErrorCode code;

  public WrongStateException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  public WrongStateException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  @Override
  public ErrorCode code() {
    return code;
  }
}
