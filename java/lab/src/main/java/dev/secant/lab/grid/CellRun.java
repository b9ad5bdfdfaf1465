// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.FolderInUseException;
import dev.secant.lab.error.InterruptedRunException;
import dev.secant.lab.error.PrintableLine;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.LockOwner;
import dev.secant.lab.train.TrainListener;

/**
 * Runs a cell, as often as one likes: what is done is left alone, what is half done is done again,
 * what another process does is refused, and why an attempt failed is written down.
 */
public final class CellRun {
  private final GridFolder folder;
  private final Place place;
  private final CellTrainer trainer;

  public CellRun(GridFolder folder, Place place, CellTrainer trainer) {
    this.folder = folder;
    this.place = place;
    this.trainer = trainer;
  }

  /**
   * Returns whether there was anything to do.
   *
   * @throws TakenException where another process works on the cell
   * @throws UsageException where its folder holds something else
   */
  public boolean run(Cell cell, TrainListener listener) {
    try (CellLock lock = CellLock.take(folder, cell, LockOwner.self())) {
      CellState left = new StateReader(folder).readOwn(cell);
      if (left.kind() == CellState.Kind.DONE) return false;
      if (left.kind() == CellState.Kind.FOREIGN)
        throw new UsageException(left.reason() + "; it is left as it is: move it away");
      Failure.clear(folder.failure(cell));
      try {
        train(cell, listener);
        return true;
      } catch (InterruptedRunException e) {
        throw e;
      } catch (FolderInUseException e) {
        throw new TakenException(e.getMessage());
      } catch (RuntimeException | Error e) {
        record(cell, e);
        throw e;
      }
    }
  }

  /**
   * From the first step, whatever an earlier attempt left. The one place that would go on from a
   * saved state instead.
   */
  private void train(Cell cell, TrainListener listener) {
    trainer.train(cell.configIn(folder.cell(cell), place).config(), listener);
  }

  private void record(Cell cell, Throwable e) {
    try {
      Failure.now(ExitCode.of(e), reason(e)).write(folder.failure(cell));
    } catch (RuntimeException again) {
      e.addSuppressed(again);
    }
  }

  /** In one line. */
  static String reason(Throwable e) {
    String name = ExitCode.of(e) == ExitCode.BUG ? e.getClass().getSimpleName() + ": " : "";
    return name + PrintableLine.of(e.getMessage());
  }
}
