// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.grid.Cell;
import dev.secant.lab.grid.Cost;
import dev.secant.lab.grid.GridListener;
import dev.secant.lab.grid.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Shows how a grid gets on: a table on a terminal, else lines now and then. */
abstract class GridDisplay implements GridListener, AutoCloseable {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** A cell at work. */
  private static final class Work {
    final long started;
    long step;
    double secondsLeft = Double.NaN;
    long printed;

    Work(long now) {
      started = now;
      printed = now;
    }
  }

  protected final Console console;
  private final LongSupplier clock;
  private final int total;
  private final int jobs;
  protected final Map<Cell, Work> running = new LinkedHashMap<>();
  private double workLeft;
  private double workDone;
  private double secondsOfDone;
  private int begun;
  private int done;
  private int failed;

  private GridDisplay(Console console, LongSupplier clock, List<Cell> cells, int jobs) {
    this.console = console;
    this.clock = clock;
    this.total = cells.size();
    this.jobs = jobs;
    this.workLeft = cells.stream().mapToDouble(cell -> Cost.work(cell.config())).sum();
  }

  static GridDisplay on(Console console, List<Cell> cells, int jobs) {
    if (console.quiet()) return new Silent(console, System::nanoTime, cells, jobs);
    return console.terminal()
        ? new Table(console, System::nanoTime, cells, jobs)
        : new Lines(console, System::nanoTime, cells, jobs);
  }

  @Override
  public void begins(Cell cell, String where) {
    begun++;
    running.put(cell, new Work(clock.getAsLong()));
    begun("[" + begun + "/" + total + "] " + cell.name() + (where.isEmpty() ? "" : ", " + where));
  }

  @Override
  public void progresses(Cell cell, long step, double secondsLeft) {
    Work work = running.get(cell);
    work.step = step;
    work.secondsLeft = secondsLeft;
    progressed(cell, work, clock.getAsLong());
  }

  @Override
  public void ends(Cell cell, Result result) {
    Work work = running.remove(cell);
    double seconds = work == null ? 0 : (double) (clock.getAsLong() - work.started) / SECOND;
    double amount = Cost.work(cell.config());
    workLeft -= amount;
    if (result.kind() == Result.Kind.TRAINED) {
      workDone += amount;
      secondsOfDone += seconds;
      done++;
    }
    if (result.kind() == Result.Kind.FAILED) failed++;
    ended(line(cell, result, Math.round(seconds)));
  }

  private static String line(Cell cell, Result result, long seconds) {
    return switch (result.kind()) {
      case TRAINED -> cell.name() + ": done in " + GridText.time(seconds);
      case FAILED ->
          cell.name() + ": failed, exit code " + result.exitCode() + ": " + result.reason();
      case DONE_BEFORE -> cell.name() + ": done by another process";
      case ELSEWHERE, SKIPPED -> cell.name() + ": " + result.reason();
    };
  }

  /** {@code 3 of 9 done, 1 failed, about 1:20 left}. */
  protected String overview() {
    StringBuilder text = new StringBuilder(done + " of " + total + " done");
    if (failed > 0) text.append(", ").append(failed).append(" failed");
    if (workDone > 0) {
      double left = workLeft * secondsOfDone / workDone / jobs;
      text.append(", about ").append(GridText.time(left)).append(" left");
    }
    return text.toString();
  }

  abstract void begun(String line);

  abstract void progressed(Cell cell, Work work, long now);

  abstract void ended(String line);

  @Override
  public void close() {}

  private static final class Silent extends GridDisplay {
    Silent(Console console, LongSupplier clock, List<Cell> cells, int jobs) {
      super(console, clock, cells, jobs);
    }

    @Override
    void begun(String line) {}

    @Override
    void progressed(Cell cell, Work work, long now) {}

    @Override
    void ended(String line) {}
  }

  /** For logs. */
  static final class Lines extends GridDisplay {
    private static final long INTERVAL = 30 * SECOND;

    Lines(Console console, LongSupplier clock, List<Cell> cells, int jobs) {
      super(console, clock, cells, jobs);
    }

    @Override
    void begun(String line) {
      console.note(line);
    }

    @Override
    void progressed(Cell cell, Work work, long now) {
      if (now - work.printed < INTERVAL) return;
      work.printed = now;
      console.note(cell.name() + ": " + GridText.progress(cell, work.step, work.secondsLeft));
    }

    @Override
    void ended(String line) {
      console.note(line + "; " + overview());
    }
  }

  /** A line for the whole and one for each cell at work, drawn anew; what has ended scrolls up. */
  static final class Table extends GridDisplay {
    private static final long INTERVAL = SECOND / 4;
    private static final int WIDTH = 79;
    private static final int BAR = 20;

    private long drawn;
    private int lines;

    Table(Console console, LongSupplier clock, List<Cell> cells, int jobs) {
      super(console, clock, cells, jobs);
    }

    @Override
    void begun(String line) {
      draw();
    }

    @Override
    void progressed(Cell cell, Work work, long now) {
      if (now - drawn < INTERVAL) return;
      drawn = now;
      draw();
    }

    @Override
    void ended(String line) {
      erase();
      console.note(line);
      draw();
    }

    private void draw() {
      List<String> table = new ArrayList<>(List.of(overview()));
      running.forEach((cell, work) -> table.add(row(cell, work)));
      erase();
      for (String line : table)
        console.err().println(line.length() > WIDTH ? line.substring(0, WIDTH) : line);
      console.err().flush();
      lines = table.size();
    }

    private static String row(Cell cell, Work work) {
      long steps = cell.config().run().steps();
      int full = (int) (BAR * work.step / steps);
      String left = Double.isNaN(work.secondsLeft) ? "" : GridText.time(work.secondsLeft) + " left";
      return String.format(
          Locale.ROOT,
          "  %-38s [%s%s] %3d %% %s",
          cell.name(),
          "=".repeat(full),
          " ".repeat(BAR - full),
          100 * work.step / steps,
          left);
    }

    /** Up to the table's first line, and clear from there. */
    private void erase() {
      if (lines > 0) console.err().print("\033[" + lines + "A\033[J");
      lines = 0;
    }

    @Override
    public void close() {
      erase();
      console.err().flush();
    }
  }
}
