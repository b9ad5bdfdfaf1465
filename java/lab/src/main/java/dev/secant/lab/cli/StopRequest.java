// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.InterruptedRunException;

/**
 * Lets a run end between two steps when the process is asked to (INT, TERM). The Java machine
 * answers with 130 or 143; its shutdown hook asks the run to stop and waits for it a while, so that
 * files are closed. Thread-safe.
 */
final class StopRequest {
  private static final long PATIENCE_MILLIS = 10_000;

  private volatile boolean stopping;

  /** A request that the process's signals raise; the calling thread is the one waited for. */
  static StopRequest onSignals() {
    StopRequest request = new StopRequest();
    Thread worker = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> request.stopAndWait(worker), "stop"));
    return request;
  }

  private void stopAndWait(Thread worker) {
    stop();
    try {
      worker.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void stop() {
    stopping = true;
  }

  boolean stopping() {
    return stopping;
  }

  /**
   * @throws InterruptedRunException after {@link #stop()}
   */
  void check(String where) {
    if (stopping) throw new InterruptedRunException(ExitCode.INTERRUPTED, "interrupted " + where);
  }
}
