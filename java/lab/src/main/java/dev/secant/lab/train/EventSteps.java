// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

/**
 * When something is due: before step t, and after the last one.
 *
 * @param steps T of the run
 * @param every 0: {@code points} equally spaced intervals, at round(i·T/points); else every so many
 *     steps and the last
 */
record EventSteps(long steps, long every, int points) {
  boolean due(long t) {
    if (t == steps) return true;
    if (every > 0) return t % every == 0;
    long i = Math.round((double) t * points / steps);
    return Math.round((double) i * steps / points) == t;
  }

  /** Train time of a step, 0..1000. */
  static double trainTime(long t, long steps) {
    return 1000.0 * t / steps;
  }
}
