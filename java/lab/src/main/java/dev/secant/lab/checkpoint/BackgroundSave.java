// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Saves on a thread of its own, one at a time. What goes wrong there is thrown to whoever asks
 * next. Confined to one thread; closing it waits for the save under way.
 */
public final class BackgroundSave implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "checkpoint");
            made.setDaemon(true);
            return made;
          });

  private Future<?> current;

  /** Whether a save is under way; throws what went wrong with the last one. */
  public boolean busy() {
    if (current == null) return false;
    if (!current.isDone()) return true;
    await();
    return false;
  }

  /** Begins a save; none may be under way. */
  public void start(Runnable save) {
    if (busy()) throw new IllegalStateException("a save is under way");
    current = thread.submit(save);
  }

  /** Waits for the save under way, if any, and throws what went wrong; interrupts wait too. */
  public void await() {
    if (current == null) return;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          current.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) throw cause;
      if (e.getCause() instanceof Error cause) throw cause;
      throw new IllegalStateException(e.getCause());
    } finally {
      current = null;
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      await();
    } finally {
      thread.shutdown();
    }
  }
}
