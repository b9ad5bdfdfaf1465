// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

/** Hears how the cells of a grid get on, on the thread that runs the grid. */
public interface GridListener {
  /**
   * @param where such as {@code device 1}; empty in this process
   */
  default void begins(Cell cell, String where) {}

  /**
   * Now and then.
   *
   * @param secondsLeft NaN: not known
   */
  default void progresses(Cell cell, long step, double secondsLeft) {}

  default void ends(Cell cell, Result result) {}
}
