// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import java.nio.file.Path;
import java.util.Optional;

/** The unpacked bundle that this program runs from, as its start script says. */
final class Bundle {
  private static final String PROPERTY = "secant.bundle";

  private Bundle() {}

  /** Empty in a source tree. */
  static Optional<Path> folder() {
    return Optional.ofNullable(System.getProperty(PROPERTY)).map(Path::of);
  }

  /** What to do where files of the program itself are damaged or do not belong together. */
  static String repair() {
    return folder().isPresent()
        ? "unpack the bundle's archive anew"
        : "delete the folders native/build and .secant and run ./secant again: it builds anew and"
            + " shows errors";
  }
}
