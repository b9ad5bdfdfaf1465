// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.InterruptedRunException;
import dev.secant.lab.train.TrainListener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Runs the cells of a grid on this machine: one after the other in this process, or several at a
 * time in processes of their own. A cell that fails stops no other.
 */
public final class GridRunner {
  /** Failures that say nothing of the process that met them. */
  private static final Set<Integer> HARMLESS =
      Set.of(ExitCode.USAGE, ExitCode.DATA, ExitCode.DIVERGED);

  private final CellRun inProcess;
  private final Workers workers;
  private final int jobs;
  private final GridListener listener;
  private final UnaryOperator<TrainListener> stopping;
  private final Map<Cell, Result> results = new LinkedHashMap<>();

  /**
   * @param jobs processes at a time; 1: this one
   * @param workers run what this process does not
   * @param stopping gives a listener that also ends a run when the program is asked to end
   */
  public GridRunner(
      CellRun inProcess,
      Workers workers,
      int jobs,
      GridListener listener,
      UnaryOperator<TrainListener> stopping) {
    this.inProcess = inProcess;
    this.workers = workers;
    this.jobs = jobs;
    this.listener = listener;
    this.stopping = stopping;
  }

  /**
   * Returns what became of each.
   *
   * @throws InterruptedRunException when asked to end
   */
  public Map<Cell, Result> run(List<Cell> cells) {
    Deque<Cell> waiting = new ArrayDeque<>(cells);
    boolean sound = jobs == 1;
    while (sound && !waiting.isEmpty()) sound = runHere(waiting.remove());
    workers.run(waiting, this::ended, listener);
    return results;
  }

  private void ended(Cell cell, Result result) {
    results.put(cell, result);
    listener.ends(cell, result);
  }

  /** Returns whether this process may run another: a device that failed may be of no more use. */
  private boolean runHere(Cell cell) {
    listener.begins(cell, "");
    Result result = result(cell);
    ended(cell, result);
    return result.kind() != Result.Kind.FAILED || HARMLESS.contains(result.exitCode());
  }

  private Result result(Cell cell) {
    try {
      TrainListener watched = stopping.apply(new Watch(cell));
      return inProcess.run(cell, watched) ? Result.TRAINED : Result.DONE_BEFORE;
    } catch (InterruptedRunException e) {
      throw e;
    } catch (TakenException e) {
      return Result.elsewhere(e.getMessage());
    } catch (RuntimeException | Error e) {
      return Result.failed(ExitCode.of(e), CellRun.reason(e));
    }
  }

  /** Turns steps into progress. */
  private final class Watch implements TrainListener {
    private final Cell cell;
    private final long started = System.nanoTime();
    private long first = -1;

    Watch(Cell cell) {
      this.cell = cell;
    }

    @Override
    public void onStep(long step, long steps, double loss, double imagesPerSecond) {
      if (first < 0) first = step - 1;
      double seconds = (double) (System.nanoTime() - started) / TimeUnit.SECONDS.toNanos(1);
      listener.progresses(cell, step, seconds * (steps - step) / (step - first));
    }
  }
}
