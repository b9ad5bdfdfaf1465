// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.torture.Budget;
import dev.secant.lab.torture.KillPhase;
import dev.secant.lab.torture.KilledRun;
import dev.secant.lab.torture.Outcome;
import dev.secant.lab.train.SmallRuns;
import dev.secant.lab.train.TrainListener;
import dev.secant.lab.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs in processes that are signalled and killed. */
class ResumeProgramTest {
  /** How often runs are killed; {@code ./secant torture} does so for an hour. */
  private static final int KILLS = 24;

  private static final long PATIENCE_SECONDS = 120;

  /** Long enough to be killed in. */
  private static final int STEPS = 400;

  @TempDir static Path shared;
  private static Path images;

  @TempDir Path folder;

  private record Result(int code, String out, String err) {}

  @BeforeAll
  static void drawImages() {
    images = SmallRuns.images(shared.resolve("images"));
  }

  private static List<String> options(String... more) {
    List<String> all =
        SmallRuns.options(
            images,
            "steps=" + STEPS,
            "eval-every=40",
            "probe-every=60",
            "checkpoint.every-steps=5",
            "log-every=1");
    all.addAll(List.of(more));
    return all;
  }

  private ProcessBuilder builder(Path run, List<String> options, String... flags) {
    List<String> words = new ArrayList<>(List.of("train", "--resume", run.toString()));
    for (String option : options) words.addAll(List.of("-o", option));
    words.addAll(List.of(flags));
    ProcessBuilder builder = new ProcessBuilder(ChildProgram.command(words));
    builder.redirectOutput(folder.resolve("out").toFile());
    return builder.redirectError(folder.resolve("err").toFile());
  }

  private Result end(Process process) throws IOException, InterruptedException {
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!ended) process.destroyForcibly();
    assertThat(ended).as("ended in time").isTrue();
    String err = Files.readString(folder.resolve("err"));
    return new Result(process.exitValue(), Files.readString(folder.resolve("out")), err);
  }

  private Path whole(List<String> options) {
    Path out = folder.resolve("whole" + options.hashCode());
    if (Files.exists(out)) return out;
    ConfigResolver resolver = new ConfigResolver(1);
    options.forEach(resolver::override);
    Trainer.run(resolver.override("out=" + out).resolve().config(), new TrainListener() {});
    return out;
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Until the run is at work. */
  private static void awaitLines(Process process, Path run, int lines) throws Exception {
    Path metrics = run.resolve("metrics.jsonl");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(metrics) || Files.readString(metrics).lines().count() < lines) {
      if (!process.isAlive()) return;
      assertThat(System.nanoTime()).as("a run at work").isLessThan(end);
      Thread.sleep(10);
    }
  }

  // ---- killed ----------------------------------------------------------------------------------

  /** With no warning, at any moment of training, of measuring, of saving. */
  @Test
  void runsThatAreKilledAgainAndAgainEndWithTheSameBytes() throws Exception {
    long seed = System.nanoTime();
    KillPhase phase = new KillPhase(folder, seed, KillPhase.Extent.quick(KILLS));
    Outcome outcome = phase.run(Budget.unlimited()).get(0);
    System.out.println("seed " + seed + ": " + outcome.count() + " kills; " + outcome.note());
    assertThat(outcome.failures()).as(outcome.note()).isZero();
    assertThat(outcome.count()).isEqualTo(KILLS);
    assertThat(phase.kills()).allMatch(KilledRun.Kill::interruptedWork);
  }

  // ---- signalled -------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void aSignalSavesAndTheSameCallGoesOn(String signal) throws Exception {
    List<String> options = options("method=ict", "checkpoint.every-steps=0");
    Path run = folder.resolve("signalled");
    Process process = builder(run, options, "--quiet").start();
    awaitLines(process, run, 5);
    boolean ignored = ProgramTest.ignores(process, signal);
    if (ignored) process.destroyForcibly();
    Assumptions.assumeFalse(ignored, "skipped: these tests run where " + signal + " is ignored");
    signal(process, signal);
    Result result = end(process);
    assertThat(result.code).as(result.err).isEqualTo(75);
    assertThat(result.err)
        .hasLineCount(1)
        .startsWith("secant: error: interrupted ")
        .contains("is saved, secant train --resume " + run + " goes on");
    assertThat(run.resolve("lock")).doesNotExist();

    result = end(builder(run, options).start());
    assertThat(result.code).as(result.err).isZero();
    assertThat(result.err).contains("secant: " + run + ": going on at step ");
    SmallRuns.requireEqual(run, whole(options));

    result = end(builder(run, List.of()).start());
    assertThat(result.code).as(result.err).isZero();
    assertThat(result.err).contains(run + ": this run has ended, nothing is left to resume");
    assertThat(result.out).contains("mean of the last evaluations");
  }

  /** A network whose steps take long: the first signal waits for the end of one. */
  @Test
  void aSecondSignalEndsTheProcessAtOnce() throws Exception {
    Path run = folder.resolve("twice");
    List<String> options = options("method=erm", "depth=28", "width=8", "batch=512", "steps=9");
    Process process = builder(run, options, "--quiet").start();
    awaitLines(process, run, 1);
    signal(process, "TERM");
    signal(process, "HUP"); // at once, as a parent that passes on what it was told itself
    Thread.sleep(1100);
    assertThat(process.isAlive()).isTrue();
    signal(process, "TERM");
    long before = System.nanoTime();
    assertThat(end(process).code).isEqualTo(143);
    assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(3));
  }

  // ---- refused ---------------------------------------------------------------------------------

  @Test
  void aRunHasOneOwner() throws Exception {
    Path run = folder.resolve("owned");
    List<String> options = options("method=erm", "steps=1000000", "checkpoint.every-steps=0");
    Process owner = builder(run, options, "--quiet").start();
    try {
      awaitLines(owner, run, 1);
      Result second = end(builder(run, options).start());
      assertThat(second.code).isEqualTo(2);
      assertThat(second.err).contains(run + ": in use by process " + owner.pid() + " on ");
    } finally {
      owner.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--overwrite", "--out=elsewhere"})
  void whatContradictsIsRefused(String flag) throws Exception {
    Result result = end(builder(folder.resolve("new"), options(), flag).start());
    assertThat(result.code).isEqualTo(2);
    assertThat(result.err).contains("--resume contradicts " + flag.replaceAll("=.*", ""));
  }

  @Test
  void aFolderWithoutARunNeedsOptions() throws Exception {
    Path none = folder.resolve("none");
    Result result = end(builder(none, List.of()).start());
    assertThat(result.code).isEqualTo(3);
    assertThat(result.err).isEqualTo("secant: error: " + none + ": no such run directory\n");
  }
}
