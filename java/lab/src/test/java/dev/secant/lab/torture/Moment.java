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
  EVALUATION,
  PROBE,

  /** Everything is measured; the model and the summary are written. */
  END
}
