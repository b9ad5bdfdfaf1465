// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Processes that tests wait for. */
final class AtWork {
  private AtWork() {}

  /** Until something is seen of a process, which must not end before. */
  static void await(Process process, long seconds, Callable<Boolean> seen) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!seen.call()) {
      assertThat(process.isAlive() && System.nanoTime() < end).as("a process at work").isTrue();
      Thread.sleep(50);
    }
  }
}
