// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.secant.backend.BackendOptions;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.BackendUnavailableException;
import dev.secant.lab.error.DivergedException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.InterruptedRunException;
import dev.secant.lab.metrics.FileOperations;
import dev.secant.lab.metrics.ForwardingFiles;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.SafetensorsReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that are stopped, and end as if they had not been. */
class ResumeTest {
  @TempDir static Path shared;
  private static Path images;
  private static Path erm;

  @TempDir Path folder;
  private final List<String> notes = new ArrayList<>();

  @BeforeAll
  static void trainOne() {
    images = SmallRuns.images(shared.resolve("images"));
    erm = shared.resolve("erm");
    Trainer.run(SmallRuns.config(images, erm, "method=erm"), new TrainListener() {});
  }

  /** Ends a run at one of the moments where it may be stopped, counted from 1. */
  private final class Stopper implements TrainListener {
    private int left;

    Stopper(int pauses) {
      left = pauses;
    }

    @Override
    public void onPause() {
      if (--left == 0) throw new InterruptedRunException(ExitCode.INTERRUPTED, "stopped");
    }

    @Override
    public void onNote(String text) {
      notes.add(text);
    }
  }

  private static RunConfig config(Path out, String... more) {
    return SmallRuns.config(images, out, more);
  }

  /** A run of erm that was stopped before step 8, with checkpoints of steps 4 and 8. */
  private Path stopped() {
    Path out = folder.resolve("stopped");
    RunConfig config = config(out, "method=erm", "checkpoint.every-steps=4");
    assertThatThrownBy(() -> Trainer.run(config, beforeStep(8))).hasMessageContaining("step 8");
    return out;
  }

  private TrainListener beforeStep(long step) {
    return new TrainListener() {
      private long now;

      @Override
      public void onStep(long t, long steps, double loss, double imagesPerSecond) {
        now = t;
      }

      @Override
      public void onPause() {
        if (now == step) throw new InterruptedRunException(ExitCode.INTERRUPTED, "stopped");
      }
    };
  }

  private void resume(Path out, String... more) {
    List<String> options = new ArrayList<>(List.of("method=erm"));
    options.addAll(List.of(more));
    Trainer.resume(config(out, options.toArray(String[]::new)), new Stopper(0));
  }

  private static Path checkpoint(Path run, long step) {
    return run.resolve("checkpoints/step-%012d.safetensors".formatted(step));
  }

  // ---- the same bytes --------------------------------------------------------------------------

  /**
   * Stopped again and again, each time a little later in its course: before a step, within an
   * evaluation, within a probe, between the probes of two sets of weights, on the ramp and behind.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "method=erm",
        "method=mixup k=3 optim.schedule=cosine",
        "method=ict k=2 probe.weights=both ict.ramp=0.8",
        "method=ict k=2 bn.running=recalibrate probe.weights=both",
        "method=ict k=3 reading=literal",
        "method=erm precision=bf16"
      })
  void aRunThatIsStoppedOftenEndsWithTheSameBytes(String options) throws IOException {
    Path whole = folder.resolve("whole");
    Path pieces = folder.resolve("pieces");
    String[] words = options.split(" ");
    requireBackend(config(whole, words));
    Trainer.run(config(whole, words), new TrainListener() {});
    RunConfig config = config(pieces, words);
    Throwable end = catchThrowable(() -> Trainer.run(config, new Stopper(2)));
    int legs = 1;
    for (int pauses = 3; end != null; pauses++, legs++) {
      assertThat(end).isInstanceOf(InterruptedRunException.class);
      assertThat(ExitCode.of(end)).isEqualTo(ExitCode.RESUMABLE);
      assertThat(end).hasMessageContaining("--resume " + pieces);
      int count = pauses;
      end = catchThrowable(() -> Trainer.resume(config, new Stopper(count)));
    }
    assertThat(legs).isGreaterThan(4);
    SmallRuns.requireEqual(pieces, whole);
  }

  private static void requireBackend(RunConfig config) {
    try {
      RunConfig.Run run = config.run();
      Session.create(run.backend(), BackendOptions.of(run.threads(), run.device())).close();
    } catch (BackendUnavailableException e) {
      Assumptions.abort("skipped: " + e.getMessage());
    }
  }

  /** As a device does, with losses that are read a window later. */
  @Test
  void onTheEmulatedDeviceToo() throws IOException {
    Path library = Path.of(System.getProperty("secant.emulated", "(unset)"));
    Assumptions.assumeTrue(
        Files.exists(library),
        "skipped: " + library + " is not there; ./secant test builds it with the native tests");
    String[] cuda = {
      "method=erm",
      "steps=5",
      "test-limit=2",
      "backend=cuda",
      "cuda.library=" + library,
      "cuda.convolutions=portable",
      "checkpoint.every-steps=2"
    };
    Path whole = folder.resolve("whole");
    Path pieces = folder.resolve("pieces");
    Trainer.run(config(whole, cuda), new TrainListener() {});
    assertThatThrownBy(() -> Trainer.run(config(pieces, cuda), new Stopper(4)))
        .isInstanceOf(InterruptedRunException.class);
    Trainer.resume(config(pieces, cuda), new TrainListener() {});
    SmallRuns.requireEqual(pieces, whole);
  }

  @Test
  void linesBehindTheCheckpointAreCutOff() throws IOException {
    Path out = stopped();
    for (String name : List.of("metrics.jsonl", "timing.jsonl")) {
      Path file = out.resolve(name);
      Files.writeString(file, Files.readString(file) + "{\"type\":\"train\",\"step\":8}\n{\"torn");
    }
    resume(out);
    SmallRuns.requireEqual(out, erm);
    assertThat(notes).containsExactly(out + ": going on at step 8 of 12");
  }

  @Test
  void withoutACheckpointItStartsAtTheFirstStep() throws IOException {
    Path out = stopped();
    new RunDirectory(out).deleteCheckpoints();
    resume(out);
    SmallRuns.requireEqual(out, erm);
    assertThat(notes).containsExactly(out + ": no checkpoint yet, starting at the first step");
  }

  @Test
  void aRunThatHasEndedStaysAsItIs() throws IOException {
    byte[] before = Files.readAllBytes(erm.resolve("summary.json"));
    resume(erm);
    assertThat(Files.readAllBytes(erm.resolve("summary.json"))).isEqualTo(before);
    assertThat(notes).containsExactly(erm + ": this run has ended, nothing is left to resume");
    assertThat(SmallRuns.names(erm)).doesNotContain("lock", "checkpoints");
  }

  // ---- damage ----------------------------------------------------------------------------------

  private static void flip(Path file, long offset) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(offset);
      int old = open.read();
      open.seek(offset);
      open.write(old ^ 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flipped", "header", "truncated", "empty", "missing"})
  void aDamagedNewestFallsBackToTheOneBefore(String damage) throws IOException {
    Path out = stopped();
    Path newest = checkpoint(out, 8);
    long size = Files.size(newest);
    switch (damage) {
      case "flipped" -> flip(newest, size - 5);
      case "header" -> flip(newest, 200);
      case "truncated" -> Files.write(newest, new byte[(int) size / 2]);
      case "empty" -> Files.write(newest, new byte[0]);
      default -> Files.delete(newest);
    }
    resume(out);
    assertThat(notes).hasSize(2);
    assertThat(notes.get(0)).startsWith("warning: " + newest + " cannot be used: ");
    assertThat(notes.get(1)).isEqualTo(out + ": going on at step 4 of 12");
    SmallRuns.requireEqual(out, erm);
  }

  @Test
  void metricsThatWereChangedMakeACheckpointUseless() throws IOException {
    Path out = stopped();
    flip(out.resolve("metrics.jsonl"), Files.size(out.resolve("metrics.jsonl")) - 30);
    resume(out);
    assertThat(notes.get(0)).contains("metrics.jsonl: its first ", "saved with");
    SmallRuns.requireEqual(out, erm);
  }

  @Test
  void whereNoneIsWholeTheRunIsRefused() throws IOException {
    Path out = stopped();
    flip(checkpoint(out, 4), 3000);
    flip(checkpoint(out, 8), 3000);
    assertThatThrownBy(() -> resume(out))
        .hasMessageContainingAll("no checkpoint can be used", "step-000000000004", "--overwrite")
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(3));
  }

  // ---- refusals --------------------------------------------------------------------------------

  @Test
  void otherOptionsThanThoseOfTheRunAreRefused() {
    Path out = stopped();
    assertThatThrownBy(() -> resume(out, "seed=7", "threads=2"))
        .hasMessageContaining("the call has seed: 7, threads: 2, the run has seed: 0, threads: 1")
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(2));
    assertThat(checkpoint(out, 8)).exists();
  }

  @Test
  void aCheckpointOfAnotherConfigurationIsRefused() throws IOException {
    Path out = stopped();
    Path config = out.resolve("config.yaml");
    Files.writeString(config, Files.readString(config).replace("seed: 0", "seed: 7"));
    assertThatThrownBy(() -> resume(out, "seed=7"))
        .hasMessageContaining("the checkpoint has seed: 0, the run has seed: 7")
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(3));
  }

  @Test
  void otherImagesAreRefused() {
    Path out = stopped();
    Path others = folder.resolve("others");
    SmallRuns.images(others);
    RunConfig moved = SmallRuns.config(others, out, "method=erm");
    Path test = others.resolve("test/a");
    try (Stream<Path> files = Files.list(test)) {
      Path one = files.sorted().findFirst().orElseThrow();
      Path other = others.resolve("train/b/00001.png");
      Files.write(one, Files.readAllBytes(other));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    assertThatThrownBy(() -> Trainer.resume(moved, new TrainListener() {}))
        .hasMessageContaining("not of this run: data_hash: the checkpoint has ")
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(3));
  }

  @Test
  void imagesThatWereMovedAreNot() throws IOException {
    Path out = stopped();
    Path elsewhere = SmallRuns.images(folder.resolve("elsewhere"));
    Trainer.resume(SmallRuns.config(elsewhere, out, "method=erm"), new TrainListener() {});
    SmallRuns.requireEqual(out, erm);
  }

  // ---- what goes wrong -------------------------------------------------------------------------

  /** Writes of checkpoints fail after so many bytes, as on a full disk. */
  private static final class FullDisk extends ForwardingFiles {
    private long left;

    FullDisk(long bytes) {
      super(FileOperations.SYSTEM);
      left = bytes;
    }

    @Override
    protected void beforeWrite(Path file, int bytes) throws IOException {
      left -= bytes;
      if (left < 0) throw new IOException("No space left on device");
    }
  }

  @Test
  void aFullDiskLeavesTheCheckpointBefore() throws IOException {
    Path out = folder.resolve("full");
    String[] options = {"method=erm", "checkpoint.every-steps=4"};
    assertThatThrownBy(
            () -> Trainer.run(config(out, options), new Stopper(0), new FullDisk(2_000_000)))
        .hasMessageContainingAll("cannot write", "No space left on device")
        .satisfies(e -> assertThat(ExitCode.of(e)).isEqualTo(6));
    assertThat(SmallRuns.names(out.resolve("checkpoints")))
        .containsExactly("latest", checkpoint(out, 4).getFileName().toString());
    resume(out);
    SmallRuns.requireEqual(out, erm);
  }

  /** Adam's steps are of size lr: the weights leave the range of floats within a few of them. */
  @Test
  void aStateThatIsNotFiniteIsNotSaved() throws IOException {
    Path out = folder.resolve("diverged");
    String[] options = {"method=erm", "checkpoint.every-steps=1", "optim.lr=1e37"};
    assertThatThrownBy(() -> Trainer.run(config(out, options), new Stopper(0)))
        .isInstanceOf(DivergedException.class);
    assertThat(out.resolve("model.safetensors")).doesNotExist();
    if (!Files.exists(out.resolve("checkpoints"))) return;
    for (String name : SmallRuns.names(out.resolve("checkpoints"))) {
      if (name.equals("latest")) continue;
      try (SafetensorsReader reader = new SafetensorsReader(out.resolve("checkpoints/" + name))) {
        for (String tensor : reader.names())
          for (float value : reader.floats(tensor)) assertThat(Float.isFinite(value)).isTrue();
      }
    }
  }

  /** Ends everything at the n-th call, as the process does that is killed there. */
  private static final class Killed extends ForwardingFiles {
    private int left;

    Killed(int calls) {
      super(FileOperations.SYSTEM);
      left = calls;
    }

    @Override
    protected void before(String call, Path file) {
      if (--left <= 0) throw new ThreadDeath();
    }
  }

  /** Every tenth call or so of three saves: most calls are writes of a tensor each. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 7, 40, 101, 130, 150, 200, 260, 330})
  void aRunThatIsKilledWhileItSavesGoesOn(int calls) throws IOException {
    Path out = folder.resolve("killed");
    String[] options = {"method=erm", "checkpoint.every-steps=3"};
    Throwable end =
        catchThrowable(() -> Trainer.run(config(out, options), new Stopper(0), new Killed(calls)));
    assertThat(end).isInstanceOf(ThreadDeath.class);
    resume(out);
    SmallRuns.requireEqual(out, erm);
  }
}
