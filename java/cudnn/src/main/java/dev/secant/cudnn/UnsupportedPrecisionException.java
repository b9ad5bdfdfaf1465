// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.BackendUnavailableException;

/** The device does not compute in the precision that was asked for. */
public final class UnsupportedPrecisionException extends BackendUnavailableException {
  UnsupportedPrecisionException(String message) {
    super(message);
  }
}
