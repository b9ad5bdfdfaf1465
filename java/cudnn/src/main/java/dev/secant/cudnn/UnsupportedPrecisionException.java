// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

/** The device does not compute in the precision that was asked for. */
public final class UnsupportedPrecisionException extends RuntimeException {
  UnsupportedPrecisionException(String message) {
    super(message);
  }
}
