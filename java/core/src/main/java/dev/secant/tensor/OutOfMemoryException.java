// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

/** A memory space could not give what was asked for. */
public final class OutOfMemoryException extends RuntimeException {
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

  /** Bytes that were asked for. */
  public long requested() {
    return requested;
  }
}
