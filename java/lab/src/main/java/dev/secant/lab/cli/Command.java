// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import java.util.List;

/** A subcommand. */
interface Command {
  String name();

  /** One line for the overview. */
  String summary();

  /** How a call looks, after {@code secant NAME}. */
  String usage();

  /** Its options, in the order of help. */
  List<Flag> flags();

  /** Words after the options that it takes at most. */
  default int words() {
    return 0;
  }

  /** Text below the options in its help. */
  default String footer() {
    return "";
  }

  /** Does the work and returns the exit code. */
  int run(Arguments arguments, Console console);
}
