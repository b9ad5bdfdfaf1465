// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** Waits until nobody else uses the machine. */
public final class Quiet {
  private static final double BUSY = 0.05;
  private static final double SECOND = 1e9;
  private static final long PAUSE_MILLIS = 1_000;
  private static final double SAY_EVERY = 30;

  private final double patience;
  private final Supplier<Double> busy;
  private final Consumer<String> say;

  /**
   * @param patience seconds of waiting in all
   * @param say takes what is waited for
   */
  public Quiet(double patience, Consumer<String> say) {
    this(patience, Quiet::busyForASecond, say);
  }

  Quiet(double patience, Supplier<Double> busy, Consumer<String> say) {
    this.patience = patience;
    this.busy = busy;
    this.say = say;
  }

  /** False when it did not become quiet in time. */
  public boolean await() {
    long start = System.nanoTime();
    double said = -SAY_EVERY;
    while (true) {
      double share = busy.get();
      if (share <= BUSY) return true;
      double waited = (System.nanoTime() - start) / SECOND;
      if (waited >= patience) return false;
      if (waited - said >= SAY_EVERY) {
        said = waited;
        say.accept(
            "other processes or the host take %.0f %% of the processors, waiting for less than %.0f %%; %.0f of %.0f s"
                .formatted(100 * share, 100 * BUSY, waited, patience));
      }
    }
  }

  private static double busyForASecond() {
    Load start = Load.now();
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
    Load end = Load.now();
    return end.othersSince(start) + end.stolenSince(start);
  }
}
