// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.error;

/** A run cannot be gone on with: its checkpoints are damaged, or another program's. */
public final class UnusableCheckpointException extends LabException {
  public UnusableCheckpointException(String message) {
    super(ExitCode.DATA, message);
  }
}
