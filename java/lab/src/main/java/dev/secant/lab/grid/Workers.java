// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.InterruptedRunException;
import dev.secant.lab.error.IoFailureException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Runs cells in processes of their own, so many at a time, devices in turn. */
public final class Workers {
  /** How a process for a cell is called. */
  @FunctionalInterface
  public interface Call {
    /**
     * @param deviceOrNull null: none is named
     */
    List<String> words(Cell cell, Integer deviceOrNull);
  }

  private static final long LOOK_MILLIS = 200;

  /** Between two looks at a cell's files, which cost the cells time. */
  private static final long READ_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** One process after the other. */
  private static final class Slot {
    final Integer deviceOrNull;
    Cell cell;
    Process process;
    long looked;

    Slot(Integer deviceOrNull) {
      this.deviceOrNull = deviceOrNull;
    }

    boolean busy() {
      return process != null;
    }
  }

  private final GridFolder folder;
  private final Call call;
  private final List<Slot> slots = new ArrayList<>();
  private final Runnable pause;

  /**
   * @param devices taken in turn; empty: none is named
   * @param pause called while waiting; may throw to end everything
   */
  public Workers(GridFolder folder, Call call, int jobs, List<Integer> devices, Runnable pause) {
    this.folder = folder;
    this.call = call;
    this.pause = pause;
    for (int i = 0; i < jobs; i++)
      slots.add(new Slot(devices.isEmpty() ? null : devices.get(i % devices.size())));
  }

  /** Until the queue is empty and all have ended. */
  void run(Queue<Cell> waiting, BiConsumer<Cell, Result> ended, GridListener listener) {
    StateReader reader = new StateReader(folder);
    try {
      while (!waiting.isEmpty() || slots.stream().anyMatch(Slot::busy)) {
        pause.run();
        for (Slot slot : slots) look(slot, waiting, ended, listener, reader);
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedRunException e) {
      // Those at work save a checkpoint before they end.
      throw new InterruptedRunException(
          ExitCode.RESUMABLE, e.getMessage() + "; run it again to go on");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedRunException(ExitCode.INTERRUPTED, "interrupted");
    } finally {
      endAll();
    }
  }

  private void look(
      Slot slot,
      Queue<Cell> waiting,
      BiConsumer<Cell, Result> ended,
      GridListener listener,
      StateReader reader) {
    if (slot.busy() && slot.process.isAlive()) {
      if (System.nanoTime() - slot.looked < READ_NANOS) return;
      CellState state = reader.read(slot.cell);
      listener.progresses(slot.cell, state.step(), state.secondsLeft());
      slot.looked = System.nanoTime();
      return;
    }
    if (slot.busy()) {
      Cell cell = slot.cell;
      int code = slot.process.exitValue();
      slot.process = null;
      ended.accept(cell, result(cell, code, reader));
    }
    if (!waiting.isEmpty()) start(slot, waiting.remove(), listener);
  }

  private void start(Slot slot, Cell cell, GridListener listener) {
    folder.createState();
    Path log = folder.log(cell);
    try {
      slot.process =
          new ProcessBuilder(call.words(cell, slot.deviceOrNull))
              .redirectInput(new File("/dev/null"))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw IoFailureException.of("cannot start a process that writes", log, e);
    }
    slot.cell = cell;
    slot.looked = System.nanoTime();
    listener.begins(cell, slot.deviceOrNull == null ? "" : "device " + slot.deviceOrNull);
  }

  private Result result(Cell cell, int code, StateReader reader) {
    CellState state = reader.read(cell);
    return switch (state.kind()) {
      case DONE -> Result.TRAINED;
      case RUNNING -> Result.elsewhere(state.reason());
      case FOREIGN -> Result.failed(ExitCode.USAGE, state.reason());
      case FAILED -> Result.failed(state.exitCode(), state.reason());
      case MISSING, INTERRUPTED ->
          code == ExitCode.RESUMABLE
              ? Result.elsewhere("stopped, with a checkpoint")
              : died(cell, code);
    };
  }

  /** The process could not say why. */
  private Result died(Cell cell, int code) {
    String reason =
        "its process ended with exit code %d: %s (%s)"
            .formatted(code, lastLine(folder.log(cell)), folder.log(cell));
    Failure.now(code, reason).write(folder.failure(cell));
    return Result.failed(code, reason);
  }

  private static String lastLine(Path log) {
    try {
      String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
      return text.lines().filter(l -> !l.isBlank()).reduce((a, b) -> b).orElse("no output");
    } catch (IOException e) {
      return "no output";
    }
  }

  /** However long their checkpoints take: a second signal ends this process at once. */
  private void endAll() {
    slots.stream().filter(Slot::busy).forEach(slot -> slot.process.destroy());
    for (Slot slot : slots) {
      if (slot.busy()) slot.process.onExit().join();
      slot.process = null;
    }
  }
}
