// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.InterruptedRunException;
import java.util.List;
import sun.misc.Signal;

/**
 * Lets a run end between two steps when the process is asked to (HUP, INT, TERM). A second signal
 * ends the process at once, with 128 and the signal's number; so does the first when the command is
 * still at work after ten seconds, unless it has a checkpoint to save. Thread-safe.
 */
final class StopRequest {
  private static final long PATIENCE_MILLIS = 10_000;

  /**
   * Within it another signal is the same wish: a terminal tells every process of a group, and a
   * parent passes on what it was told.
   */
  private static final long SAME_WISH_NANOS = 1_000_000_000L;

  private volatile int exitCode;
  private volatile long firstNanos;
  private volatile boolean saves;

  /** A request that the process's signals raise; those that it ignores stay ignored. */
  static StopRequest onSignals() {
    StopRequest request = new StopRequest();
    for (String name : List.of("HUP", "INT", "TERM")) {
      try {
        Signal.handle(new Signal(name), request::received);
      } catch (IllegalArgumentException e) {
        // The Java machine was told to leave signals to the system, which ends the process.
      }
    }
    return request;
  }

  private void received(Signal signal) {
    int code = 128 + signal.getNumber();
    if (stopping()) {
      if (System.nanoTime() - firstNanos > SAME_WISH_NANOS) Runtime.getRuntime().halt(code);
      return;
    }
    firstNanos = System.nanoTime();
    exitCode = code;
    Thread impatient = new Thread(() -> endAfterAWhile(code), "stop");
    impatient.setDaemon(true);
    impatient.start();
  }

  private void endAfterAWhile(int code) {
    try {
      Thread.sleep(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      return;
    }
    if (!saves) Runtime.getRuntime().halt(code);
  }

  /** As a signal does. */
  void stop() {
    exitCode = ExitCode.INTERRUPTED;
  }

  boolean stopping() {
    return exitCode != 0;
  }

  /** A run that saves a checkpoint when it is stopped has the time that this takes. */
  void waitForCheckpoints(boolean wanted) {
    saves = wanted;
  }

  /**
   * @throws InterruptedRunException after {@link #stop()}
   */
  void check(String where) {
    if (stopping()) throw new InterruptedRunException(exitCode, "interrupted " + where);
  }
}
