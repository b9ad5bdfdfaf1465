// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.backend.Readback;
import dev.secant.backend.StepLog;
import dev.secant.tensor.Tensor;

/**
 * The losses of the last updates, kept where they are computed and read back a window of updates at
 * a time: while one window is read the next is computed already. Two windows at most are under way.
 */
final class LossLog {
  /** Updates of a window, unless a launch holds more. */
  static final int WINDOW = 32;

  private static final int FIELDS = 3;

  private final Op advance;
  private final Readback[] readbacks = new Readback[2];
  private final int window;
  private final double[] rows;
  private int started;
  private int read;

  /**
   * @param step counter of updates
   * @param consistency null without ICT, like weight
   * @param together updates of one launch
   */
  LossLog(
      Plan plan, Tensor step, Tensor supervised, Tensor consistency, Tensor weight, int together) {
    this.window = Math.max(WINDOW, together);
    this.rows = new double[window * FIELDS];
    Tensor kept = plan.real(window, FIELDS);
    this.advance = plan.advance(step, new StepLog(supervised, consistency, weight, kept));
    for (int i = 0; i < readbacks.length; i++) readbacks[i] = plan.readback(kept);
  }

  /** The last op of an update: keeps its losses and counts it. */
  Op advance() {
    return advance;
  }

  /** Begins to read what was submitted so far. */
  void start() {
    readbacks[started++ % readbacks.length].start();
  }

  /** Waits for the window that was begun first among those not read yet. */
  void await() {
    readbacks[read++ % readbacks.length].read(rows);
  }

  /** Cross-entropy of update t of the window read last. */
  double supervised(long t) {
    return rows[row(t)];
  }

  /** Unweighted consistency loss; 0 without ICT. */
  double consistency(long t) {
    return rows[row(t) + 1];
  }

  /** Weight of the consistency; 0 without ICT. */
  double weight(long t) {
    return rows[row(t) + 2];
  }

  /** Most updates between two reads. */
  int window() {
    return window;
  }

  private int row(long t) {
    return (int) (t % window) * FIELDS;
  }
}
