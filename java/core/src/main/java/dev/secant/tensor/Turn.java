// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whose turn it is: native memory and handles serve one thread at a time. A thread that comes while
 * another one is inside is refused, never waited for, so that closing cannot free what a running
 * call reads. Taking a turn is one compare-and-set, ending it one write; a thread that has the turn
 * may take it again.
 */
public final class Turn {
  /** Ends a turn; for try-with-resources. */
  @FunctionalInterface
  public interface Use extends AutoCloseable {
    @Override
    void close();
  }

  private static final VarHandle HOLDER;
  private static final Use INNER = () -> {};

  static {
    try {
      HOLDER = MethodHandles.lookup().findVarHandle(Turn.class, "holder", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String what;
  private final Use outer = () -> HOLDER.setRelease(this, null);
  private volatile Thread holder;

  /**
   * @param what for messages, such as {@code the kernel context}
   */
  public Turn(String what) {
    this.what = what;
  }

  /**
   * @throws IllegalStateException while another thread has it, naming that thread
   */
  public Use take() {
    Thread me = Thread.currentThread();
    Thread found = (Thread) HOLDER.compareAndExchange(this, null, me);
    if (found == null) return outer;
    if (found == me) return INNER;
    throw new WrongStateException(
        ErrorCode.IN_USE,
        what
            + " serves one thread at a time, and is in use by thread '"
            + found.getName()
            + "'; thread '"
            + me.getName()
            + "' must wait until that call has returned");
  }
}
