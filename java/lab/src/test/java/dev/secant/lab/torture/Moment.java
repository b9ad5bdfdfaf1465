// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

/** Where in a run a kill found it, as far as its files tell. */
public enum Moment {
  /**
   * Before it had written a line: the Java machine, the data, the checkpoint that it goes on from.
   */
  START,
  TRAINING,

  /** Between two steps, where a checkpoint is due: it is being copied, or one before is awaited. */
  SAVING,
  EVALUATION,
  PROBE,

  /** Everything is measured; the model and the summary are written. */
  END
}
