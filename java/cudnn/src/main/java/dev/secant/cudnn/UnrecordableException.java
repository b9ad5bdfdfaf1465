// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

/** An engine's run cannot become part of a CUDA graph. */
final class UnrecordableException extends RuntimeException {
  UnrecordableException(IllegalStateException cause) {
    super("cannot be recorded: " + cause.getMessage(), cause);
  }
}
