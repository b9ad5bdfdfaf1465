// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.checkpoint.BackgroundSave;
import dev.secant.lab.checkpoint.CheckpointStore;
import dev.secant.lab.checkpoint.Identity;
import dev.secant.lab.checkpoint.Position;
import dev.secant.lab.checkpoint.Snapshot;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.InterruptedRunException;
import dev.secant.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * When a run saves checkpoints, and what happens to one that is stopped. The state is copied on the
 * thread that trains and written on another. Confined to the thread that trains.
 */
final class RunCheckpoints implements AutoCloseable {
  private final boolean wanted;
  private final long everyNanos;
  private final long everySteps;
  private final Path run;
  private final CheckpointStore store;
  private final Identity identity;
  private final Map<String, Tensor> state;
  private final LongSupplier clock;
  private final BackgroundSave background = new BackgroundSave();
  private Snapshot snapshot;
  private final long start;
  private long savedAt;
  private long savedStep;

  RunCheckpoints(
      RunConfig config,
      CheckpointStore store,
      Session session,
      Trainer.Start start,
      LongSupplier clock) {
    this.wanted = config.savesCheckpoints();
    this.everyNanos = Math.round(config.checkpoints().everyMinutes() * 60e9);
    this.everySteps = config.checkpoints().everySteps();
    this.run = config.run().out();
    this.store = store;
    this.identity = session.identity();
    this.state = session.state();
    this.clock = clock;
    this.savedAt = clock.getAsLong();
    this.start = start.step();
    this.savedStep = start.saved() ? start.step() : -1;
  }

  /** Whether one is due before step t by the number of steps. */
  boolean dueAt(long t) {
    return wanted && everySteps > 0 && t % everySteps == 0;
  }

  /**
   * Whether one is due before step t. One that is due by time waits until the one before is
   * written; training waits for one that is due by steps.
   *
   * @throws dev.secant.lab.error.LabException what went wrong with the one before
   */
  boolean due(long t) {
    boolean busy = background.busy();
    if (!wanted || t == savedStep || t == start) return false;
    if (dueAt(t)) background.await();
    return dueAt(t) || (!busy && everyNanos > 0 && clock.getAsLong() - savedAt >= everyNanos);
  }

  /** Copies the state and begins to write it. */
  void begin(Position position) {
    if (snapshot == null) snapshot = new Snapshot(state);
    snapshot.take();
    Snapshot copy = snapshot;
    background.start(() -> store.save(identity, position, copy));
    savedAt = clock.getAsLong();
    savedStep = position.step();
  }

  /**
   * The end of a run that was asked to stop, saved where it can be.
   *
   * @param stop how it would end without
   */
  InterruptedRunException end(Position position, InterruptedRunException stop) {
    if (!wanted) return stop;
    background.await();
    if (savedStep != position.step()) begin(position);
    background.await();
    return new InterruptedRunException(
        ExitCode.RESUMABLE,
        "%s; step %d is saved, secant train --resume %s goes on"
            .formatted(stop.getMessage(), position.step(), run));
  }

  /** Waits for what is being written. */
  @Override
  public void close() {
    background.close();
  }
}
