// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

/**
 * One thing looked at.
 *
 * @param advice what to do about it; empty when nothing is to be done
 */
record Finding(String subject, Level level, String found, String advice) {
  enum Level {
    OK,
    /** Not there, and not needed unless it is asked for. */
    INFO,
    /** It works, but not as well as it could. */
    WARN,
    /** The program cannot work without it. */
    MISSING
  }

  static Finding ok(String subject, String found) {
    return new Finding(subject, Level.OK, found, "");
  }

  static Finding info(String subject, String found, String advice) {
    return new Finding(subject, Level.INFO, found, advice);
  }

  static Finding warn(String subject, String found, String advice) {
    return new Finding(subject, Level.WARN, found, advice);
  }

  static Finding missing(String subject, String found, String advice) {
    return new Finding(subject, Level.MISSING, found, advice);
  }
}
