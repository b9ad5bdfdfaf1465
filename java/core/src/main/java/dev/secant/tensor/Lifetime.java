// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.lang.ref.Cleaner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether something with native memory is open, and whose turn it is. Use after it was closed, or
 * while another thread uses it, throws {@link IllegalStateException}.
 *
 * <p>With {@code -Dsecant.trackResources=true} it remembers where it was opened and where it was
 * closed: both are attached to the exception of a use after close. An owner that is collected while
 * it is open is reported, with the place where it was opened; nothing is freed then.
 */
public final class Lifetime {
  /** A property, not an option: it is for whoever looks for a leak. */
  private static final boolean TRACKS = Boolean.getBoolean("secant.trackResources");

  private static final String HINT = "-Dsecant.trackResources=true";
  private static final Cleaner CLEANER = Cleaner.create();

  /** What the cleaner holds: must not lead to the owner. */
  private static final class State implements Runnable {
    private final String what;
    private final Throwable opened;
    private volatile boolean closed;
    private Throwable closing;

    State(String what) {
      this.what = what;
      this.opened = TRACKS ? new Throwable(what + " was opened here") : null;
    }

    @Override
    public void run() {
      if (closed) return;
      // Asked for here alone: a program that leaks nothing need not have a logger.
      Logger log = LoggerFactory.getLogger(Lifetime.class);
      if (opened == null)
        log.warn("{} was never closed ({} shows where it was opened)", what, HINT);
      else log.warn("{} was never closed", what, opened);
    }
  }

  private final State state;
  private final Turn turn;
  private final Cleaner.Cleanable reporter;

  /**
   * @param owner is reported when it is collected before {@link #end}
   * @param what for messages, such as {@code the arena}
   */
  public Lifetime(Object owner, String what) {
    this(owner, what, new Turn(what));
  }

  /** The same for what shares its turn with others, as a plan does with its context. */
  public Lifetime(Object owner, String what, Turn turn) {
    this.state = new State(what);
    this.turn = turn;
    this.reporter = CLEANER.register(owner, state);
  }

  public Turn turn() {
    return turn;
  }

  /** Takes the turn of something open, for one call. */
  public Turn.Use use() {
    Turn.Use use = turn.take();
    if (!state.closed) return use;
    use.close();
    throw closed();
  }

  public void requireOpen() {
    if (state.closed) throw closed();
  }

  public boolean isClosed() {
    return state.closed;
  }

  /** True the first time: then the caller, who has the turn, frees what there is. */
  public boolean end() {
    if (state.closed) return false;
    if (TRACKS) state.closing = new Throwable(state.what + " was closed here");
    state.closed = true;
    reporter.clean();
    return true;
  }

  private WrongStateException closed() {
    if (!TRACKS)
      return new WrongStateException(
          ErrorCode.CLOSED, state.what + " was closed (" + HINT + " shows where)");
    WrongStateException e =
        new WrongStateException(ErrorCode.CLOSED, state.what + " was closed", state.closing);
    e.addSuppressed(state.opened);
    return e;
  }
}
