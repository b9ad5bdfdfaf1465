// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

/**
 * One option of a cell as it was given.
 *
 * @param line of the grid's file; 0: on the command line
 */
record Setting(String text, int line) {
  static Setting onCommandLine(String text) {
    return new Setting(text, 0);
  }
}
