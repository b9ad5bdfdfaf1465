// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

/**
 * Copies of one tensor, taken behind the work submitted so far while later work is submitted
 * already. Same thread as its plan.
 */
public interface Readback {
  /** Takes a copy, without waiting for it. Not inside a recorded step. */
  void start();

  /**
   * Waits for the copy that was started last.
   *
   * @param into receives its elements, in order
   */
  void read(double[] into);
}
