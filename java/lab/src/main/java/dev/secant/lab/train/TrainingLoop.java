// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.events.FlightEvents;
import dev.secant.events.TrainingStepEvent;
import dev.secant.lab.checkpoint.Position;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.InterruptedRunException;
import dev.secant.lab.probe.Evaluation;
import dev.secant.lab.probe.Probe;

/**
 * Updates, evaluations and probes of a run, in their order. Where the backend computes while the
 * caller goes on, updates are submitted a window at a time and the losses of a window are looked at
 * while the next one is computed; elsewhere after every update.
 *
 * <p>A checkpoint is of the moment before an update and before what is measured there, so that
 * whoever resumes begins where {@link #run} does: with what is due. A measurement that is stopped
 * half-way is thrown away and made again.
 */
final class TrainingLoop {
  private final Session session;
  private final RunLog log;
  private final LossLog losses;
  private final EventSteps evaluations;
  private final EventSteps probes;
  private final RunCheckpoints checkpoints;
  private final long firstStep;
  private final long steps;
  private final int window;
  private long pendingFrom;
  private int pending;

  /**
   * @param firstStep where the state of the session stands
   */
  TrainingLoop(
      RunConfig config, Session session, RunLog log, RunCheckpoints checkpoints, long firstStep) {
    this.session = session;
    this.log = log;
    this.losses = session.step().losses();
    this.checkpoints = checkpoints;
    this.firstStep = firstStep;
    this.steps = config.run().steps();
    this.evaluations = new EventSteps(steps, config.evaluation().every(), 100);
    this.probes = new EventSteps(steps, config.evaluation().probeEvery(), 50);
    this.window = session.readsLater() ? losses.window() : 1;
  }

  void run() {
    for (long t = firstStep; ; ) {
      saveWhereDue(t);
      if (due(t)) measureOrEnd(t);
      if (t >= steps) return;
      int updates = updates(t);
      submit(t, updates);
      t += updates;
    }
  }

  private void saveWhereDue(long t) {
    try {
      log.requireNotStopped(t);
    } catch (InterruptedRunException e) {
      finish();
      throw checkpoints.end(log.position(t), e);
    }
    if (!checkpoints.due(t)) return;
    finish();
    checkpoints.begin(log.position(t));
  }

  private void measureOrEnd(long t) {
    finish();
    Position before = log.position(t);
    try {
      measure(t);
    } catch (InterruptedRunException e) {
      throw checkpoints.end(before, e);
    }
  }

  private boolean due(long t) {
    return probes.due(t) || evaluations.due(t);
  }

  /** Updates from t until something is due, a window at most. The last step is always due. */
  private int updates(long t) {
    int updates = 1;
    while (updates < window && !due(t + updates) && !checkpoints.dueAt(t + updates)) updates++;
    return updates;
  }

  private void submit(long t, int updates) {
    if (pending == 0) log.startSteps();
    TrainingStepEvent event = FlightEvents.trainingStep();
    session.step().run(updates);
    if (event != null) event.end(t, updates);
    losses.start();
    long earlierFrom = pendingFrom;
    int earlier = pending;
    pendingFrom = t;
    pending = updates;
    read(earlierFrom, earlier);
    if (window == 1) finish();
  }

  /** Reads what was submitted and not read yet. */
  private void finish() {
    read(pendingFrom, pending);
    pending = 0;
  }

  private void read(long from, int updates) {
    if (updates == 0) return;
    losses.await();
    log.endSteps(from, updates, losses, session::whereNotFinite);
    if (window == 1) session.dump(from);
  }

  /** Everything due at t, for each set of weights that the configuration asks for. */
  private void measure(long t) {
    boolean evaluate = evaluations.due(t);
    for (Session.Measured measured : session.measured()) {
      if (probes.due(t)) {
        Probe found = measured.probe(() -> log.requireNotStopped(t));
        String weights = measured.weights();
        log.probe(t, weights, session.pairs(), found, evaluate, measured::whereNotFinite);
      } else {
        Evaluation found = measured.evaluate(() -> log.requireNotStopped(t));
        log.evaluation(t, measured.weights(), found, measured::whereNotFinite);
      }
    }
  }
}
