// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

/**
 * What went wrong, for programs: names stay as they are from version to version, messages do not.
 * Versions may add names.
 *
 * @since 0.1.0
 */
public enum ErrorCode {
  /** The message names the argument, what was expected and what was found; nothing was written. */
  INVALID_ARGUMENT,
  /** Something was used after it was closed. */
  CLOSED,
  /** Another thread is inside; the same call may succeed once it has left. */
  IN_USE,
  /** Memory that only its owner's thread may reach. */
  WRONG_THREAD,
  /** A call that what was planned or opened does not allow. */
  WRONG_STATE,
  /** Memory of the host or of a device ended. */
  OUT_OF_MEMORY,
  /** A platform, a library, a driver, a device, a precision or a plan is not there. */
  UNAVAILABLE,
  /** A device, a library or native code failed; the message says where. */
  FAILED
}
