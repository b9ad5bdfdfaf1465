// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import dev.secant.lab.cli.ChildProgram;
import dev.secant.lab.train.SmallRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

/**
 * A run in processes that are killed with no warning, each of which goes on with what the one
 * before left. A checkpoint is saved every five steps. No other process may work in its folder.
 */
public final class KilledRun {
  private static final int SAVES_EVERY = 5;

  private static final int EVALUATES_EVERY = 4;
  private static final int PROBES_EVERY = 7;

  private static final int LEAST_MILLIS = 30;

  private static final long PATIENCE_SECONDS = 300;
  private static final int KILLED = 128 + 9;

  private final List<String> options;
  private final Path run;
  private final long steps;

  /**
   * @param moment where it struck
   * @param saving a checkpoint was under way, beside whatever the run did
   * @param lostSteps that were taken again
   */
  public record Kill(Moment moment, boolean saving, long lostSteps) {
    /** Whether anything was under way that is in the files of the run. */
    public boolean interruptedWork() {
      return moment != Moment.START;
    }
  }

  /**
   * @param images folder of images, as of {@link SmallRuns}
   * @param method such as {@code method=erm}, and what goes with it
   */
  public KilledRun(Path images, Path run, long steps, String... method) {
    this.run = run;
    this.steps = steps;
    List<String> all =
        SmallRuns.options(
            images,
            "steps=" + steps,
            "eval-every=" + EVALUATES_EVERY,
            "probe-every=" + PROBES_EVERY,
            "checkpoint.every-steps=" + SAVES_EVERY,
            "log-every=1");
    all.addAll(List.of(method));
    this.options = all;
  }

  public List<String> options() {
    return options;
  }

  private Process start() throws IOException {
    List<String> words = new ArrayList<>(List.of("train", "--resume", run.toString(), "--quiet"));
    for (String option : options) words.addAll(List.of("-o", option));
    ProcessBuilder builder = new ProcessBuilder(ChildProgram.command(words));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return builder.redirectError(errors().toFile()).start();
  }

  private Path errors() {
    return run.resolveSibling(run.getFileName() + ".err");
  }

  /**
   * Starts a process and kills it after a drawn time.
   *
   * @param fromStart the time is counted from the start of the process, else from its first work
   * @param below draws a number from 0 to less than its argument
   * @param mostMillis of the time
   * @return null where the run ended before
   */
  public Kill killOnce(boolean fromStart, IntUnaryOperator below, int mostMillis)
      throws IOException, InterruptedException {
    Trace before = Trace.of(run);
    Process process = start();
    try {
      if (!fromStart) awaitWork(process, before);
      Thread.sleep(LEAST_MILLIS + below.applyAsInt(mostMillis - LEAST_MILLIS));
    } finally {
      process.destroyForcibly();
    }
    int code = process.waitFor();
    if (code != KILLED) {
      requireEnded(code);
      return null;
    }
    Trace after = Trace.of(run);
    return new Kill(moment(before, after), after.isSaving(SAVES_EVERY), after.lost());
  }

  private void awaitWork(Process process, Trace before) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (process.isAlive() && !Trace.of(run).isBeyond(before)) {
      if (System.nanoTime() > end) throw new AssertionError("no work in time: " + run);
      Thread.sleep(10);
    }
  }

  private Moment moment(Trace before, Trace after) {
    if (!after.isBeyond(before)) return Moment.START;
    if (after.measured()) return after.next() == steps ? Moment.END : Moment.TRAINING;
    if (after.next() % SAVES_EVERY == 0 && after.isSaving(SAVES_EVERY)) return Moment.SAVING;
    if (after.next() % PROBES_EVERY == 0 || after.next() == steps) return Moment.PROBE;
    return after.next() % EVALUATES_EVERY == 0 ? Moment.EVALUATION : Moment.TRAINING;
  }

  /** Runs to the end. */
  public void finish() throws IOException, InterruptedException {
    Process process = start();
    try {
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended) throw new AssertionError("does not end: " + run);
    } finally {
      process.destroyForcibly();
    }
    requireEnded(process.waitFor());
  }

  private void requireEnded(int code) throws IOException {
    if (code == 0) return;
    throw new AssertionError(
        run + ": exit code " + code + ": " + Files.readString(errors()).strip());
  }

  /** Its files are those of a run that nobody killed. */
  public void requireEqual(KilledRun whole) throws IOException {
    SmallRuns.requireEqual(run, whole.run);
  }
}
