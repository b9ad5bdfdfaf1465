// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

/** A recorded step. Same thread rules as its {@link Backend}. */
@FunctionalInterface
public interface Replay extends AutoCloseable {
  /** Runs (or submits) the step once. */
  void run();

  /** Launches and copies of one run as recorded; 0 where nothing is recorded, or not yet. */
  default long nodes() {
    return 0;
  }

  @Override
  default void close() {}
}
