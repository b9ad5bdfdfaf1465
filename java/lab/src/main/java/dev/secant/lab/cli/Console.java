// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;

/**
 * Where a command writes: results on out, everything else on err.
 *
 * @param terminal err is a terminal that can redraw a line
 * @param quiet results and errors only
 */
record Console(PrintStream out, PrintStream err, boolean terminal, boolean quiet) {
  Console(PrintStream out, PrintStream err, boolean terminal) {
    this(out, err, terminal, false);
  }

  /** The process's own; the launcher says whether standard error is a terminal. */
  static Console system() {
    return new Console(
        new ResultStream(new FileOutputStream(FileDescriptor.out)),
        System.err,
        Boolean.getBoolean("secant.terminal"));
  }

  /** This one, when asked for without anything but results and errors. */
  Console quiet(boolean wanted) {
    return new Console(out, err, terminal, quiet || wanted);
  }

  /** As {@link ResultStream#lostItsReader()}. */
  boolean lostItsReader() {
    return out instanceof ResultStream results && results.lostItsReader();
  }

  void note(String text) {
    if (!quiet) err.println("secant: " + text);
  }

  void error(String text) {
    err.println("secant: error: " + text);
  }
}
