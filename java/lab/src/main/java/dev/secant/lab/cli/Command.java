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

  /** Whether the words after its options are files. */
  default boolean takesFiles() {
    return false;
  }

  /** What its first word may be, where that is one of a few. */
  default List<String> verbs() {
    return List.of();
  }

  /** Does the work and returns the exit code. */
  int run(Arguments arguments, Console console);
}
