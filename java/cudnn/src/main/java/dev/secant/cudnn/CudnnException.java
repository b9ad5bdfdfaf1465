// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.Coded;
import dev.secant.tensor.ErrorCode;

/**
 * A call of cuDNN or cuBLASLt returned an error status. The message says which operation, on what,
 * and the library's own words.
 */
public final class CudnnException extends RuntimeException implements Coded {
  private final transient int status;
  private final transient String statusName;

  CudnnException(String operation, String subject, int status, String statusName, String detail) {
    super(
        operation
            + " of "
            + subject
            + ": "
            + statusName
            + " ("
            + status
            + ")"
            + (detail.isBlank() ? "" : ": " + detail.strip()));
    this.status = status;
    this.statusName = statusName;
  }

  @Override
  public ErrorCode code() {
    return outOfMemory() ? ErrorCode.OUT_OF_MEMORY : ErrorCode.FAILED;
  }

  /** Whether the library lacked memory, of the device or of the host. */
  boolean outOfMemory() {
    return statusName.contains("ALLOC");
  }

  /** The number that the library returned. */
  public int status() {
    return status;
  }
}
