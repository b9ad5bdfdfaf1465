// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import java.util.Optional;

/** What there is to say about a number of threads. */
public final class ThreadCount {
  private ThreadCount() {}

  /**
   * The note on a {@code --threads} of this machine.
   *
   * @param threads null where the flag is not given
   */
  public static Optional<String> noteOnFlag(Integer threads) {
    if (threads == null) return Optional.empty();
    return note("--threads " + threads, threads, Runtime.getRuntime().availableProcessors());
  }

  /**
   * A note where there are more threads than cores; it is allowed.
   *
   * @param given what the user said, such as {@code --threads 8}
   */
  static Optional<String> note(String given, long threads, int cores) {
    if (threads <= cores) return Optional.empty();
    return Optional.of(
        given
            + ": more threads than this machine has cores, "
            + cores
            + "; they take turns, which is slower");
  }
}
