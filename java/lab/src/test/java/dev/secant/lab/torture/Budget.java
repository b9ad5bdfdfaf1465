// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The time of a phase, which a request to stop ends too. Thread-safe.
 *
 * @param say tells of progress
 */
public record Budget(long startNanos, long nanos, BooleanSupplier stopped, Consumer<String> say) {
  private static final long PAUSE_MILLIS = 20;

  static Budget of(double seconds, BooleanSupplier stopped, Consumer<String> say) {
    return new Budget(System.nanoTime(), Math.round(seconds * 1e9), stopped, say);
  }

  /** As long as it takes. */
  public static Budget unlimited() {
    return of(Integer.MAX_VALUE, () -> false, text -> {});
  }

  public double elapsed() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  public double left() {
    return Math.max(0, nanos / 1e9 - elapsed());
  }

  public boolean isOver() {
    return left() == 0 || isStopped();
  }

  public boolean isStopped() {
    return stopped.getAsBoolean();
  }

  /** Waits so long, or until a request to stop. */
  public void sleep(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left; !isStopped() && (left = end - System.nanoTime()) > 0; )
      Thread.sleep(Math.min(PAUSE_MILLIS, left / 1_000_000 + 1));
  }

  /** Waits for a process, which a request to stop ends. */
  public void await(Process process) throws InterruptedException {
    while (!process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
      if (!isStopped()) continue;
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly();
    }
  }
}
