// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

/** A memory space could not give what was asked for. */
public final class OutOfMemoryException extends RuntimeException implements Coded {
  private final long requested;

  public OutOfMemoryException(String space, long requested, String detail) {
    super(
        "out of "
            + space
            + " memory: "
            + requested
            + " bytes requested"
            + (detail.isEmpty() ? "" : ", " + detail));
    this.requested = requested;
  }

  /**
   * Where a library asked for the memory and did not say how much.
   *
   * @param what it said
   */
  public OutOfMemoryException(String space, String what) {
    super("out of " + space + " memory: " + what);
    this.requested = 0;
  }

  @Override
  public ErrorCode code() {
    return ErrorCode.OUT_OF_MEMORY;
  }

  /** Bytes that were asked for; 0 where only a library knows. */
  public long requested() {
    return requested;
  }
}
