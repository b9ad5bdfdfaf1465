// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.BackendUnavailableException;

/** A plan file cannot be used; the message says what was expected and what was found. */
public final class PlanFileException extends BackendUnavailableException {
  PlanFileException(String what, String expected, String found) {
    super("plan file: " + what + ": expected " + expected + ", found " + found);
  }
}
