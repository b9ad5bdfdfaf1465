// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.BackendUnavailableException;

/**
 * cuDNN offers no plan that meets the conditions (precision, determinism, workspace) for a
 * convolution; the message says how many were offered and why each was left out.
 */
public final class NoPlanException extends BackendUnavailableException {
  NoPlanException(String message) {
    super(message);
  }
}
