// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.Trees;
import dev.secant.lab.error.DivergedException;
import dev.secant.lab.error.LabException;
import dev.secant.lab.metrics.FileOperations;
import dev.secant.lab.metrics.ForwardingFiles;
import dev.secant.lab.metrics.RunDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever ends a save, the one before it or its own is loaded. */
class CheckpointStoreTest {
  private static final int SAVES = 3;
  private static final int RUNS_THAT_LOSE_POWER = 12;
  private static final int SAVES_UNTIL_POWER_IS_LOST = 5;

  /** Many blocks of a disk. */
  private static final int COUNT = 6000;

  @TempDir Path folder;
  private MadeRun made;
  private RunDirectory run;

  @BeforeEach
  void makeTensors() throws IOException {
    made = new MadeRun(COUNT);
    run = new RunDirectory(Files.createDirectories(folder.resolve("run")));
  }

  @AfterEach
  void close() {
    made.close();
  }

  private static byte[] line(long step) {
    return MadeRun.lines(step, 30);
  }

  private void append(long step) throws IOException {
    Files.write(run.metrics(), line(step), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private void save(FileOperations files, long step) throws IOException {
    append(step);
    made.save(run, files, step, Files.size(run.metrics()));
  }

  /** The step that is loaded, -1 where there is none; its weights are those of the step. */
  private long loaded(RunDirectory directory) {
    Checkpoint checkpoint = made.loaded(directory);
    return checkpoint == null ? -1 : checkpoint.position().step();
  }

  @Test
  void aCheckpointHoldsWhatWasSaved() throws IOException {
    append(1);
    made.reach(7);
    Position position =
        new Position(
            7,
            Map.of("metrics.jsonl", 12L),
            new Position.Clock(1.5, 2, 3, 4, 5, Double.NaN),
            0.125,
            List.of("a note"));
    CheckpointStore store = new CheckpointStore(run, FileOperations.SYSTEM);
    store.save(MadeRun.IDENTITY, position, made.snapshot());
    Checkpoint found = store.newest(MadeRun.IDENTITY.program()).checkpointOrNull();
    assertThat(found.position()).isEqualTo(position);
    assertThat(found.identity()).isEqualTo(MadeRun.IDENTITY);
    assertThat(loaded(run)).isEqualTo(7);
    assertThat(run.checkpoints().resolve("latest")).hasContent("step-000000000007.safetensors");
  }

  @Test
  void twoAreKept() throws IOException {
    for (int step = 1; step <= SAVES; step++) save(FileOperations.SYSTEM, step);
    try (Stream<Path> files = Files.list(run.checkpoints())) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "latest", "step-000000000002.safetensors", "step-000000000003.safetensors");
    }
  }

  @Test
  void anotherProgramIsRefused() throws IOException {
    save(FileOperations.SYSTEM, 1);
    assertThatThrownBy(() -> new CheckpointStore(run, FileOperations.SYSTEM).newest("1 (b)"))
        .hasMessageContaining("expected a checkpoint of this program, secant 1 (b)")
        .hasMessageContaining("found one of secant 1 (a)")
        .satisfies(e -> assertThat(((LabException) e).exitCode()).isEqualTo(3));
  }

  @Test
  void differencesAreNamedOneByOne() {
    Identity other = new Identity("1 (a)", "k: 3\n", "other", "split", "plans", "cuda");
    assertThat(MadeRun.IDENTITY.differences(other))
        .containsExactly(
            "the checkpoint has k: 2, the run has k: 3",
            "data_hash: the checkpoint has data, the run has other",
            "plans_hash: the checkpoint has , the run has plans");
    assertThat(MadeRun.IDENTITY.differences(MadeRun.IDENTITY)).isEmpty();
  }

  @Test
  void aStateThatIsNotFiniteIsRefusedAndTheOneBeforeStays() throws IOException {
    save(FileOperations.SYSTEM, 1);
    made.tensors().get("raw/w0").rows(17, 18).set(new float[] {Float.NaN});
    made.snapshot().take();
    append(2);
    Position position = MadeRun.position(2, Files.size(run.metrics()));
    CheckpointStore store = new CheckpointStore(run, FileOperations.SYSTEM);
    assertThatThrownBy(() -> store.save(MadeRun.IDENTITY, position, made.snapshot()))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("step 2 is not finite: raw/w0 holds NaN");
    assertThat(loaded(run)).isEqualTo(1);
  }

  // ---- killed at any call -----------------------------------------------------------------------

  /** The process ends at a call: nothing that it would do later happens. */
  private static final class Killed extends ForwardingFiles {
    private final int last;
    private int calls;

    Killed(int last) {
      super(FileOperations.SYSTEM);
      this.last = last;
    }

    @Override
    protected void before(String call, Path file) {
      if (++calls > last) throw new ThreadDeath();
    }
  }

  @Test
  void aProcessKilledAtAnyCallLeavesTheOldOrTheNew() throws IOException {
    for (int calls = 0; ; calls++) {
      run = new RunDirectory(Files.createDirectories(folder.resolve("killed" + calls)));
      Killed files = new Killed(calls);
      long done = 0;
      try {
        for (int step = 1; step <= SAVES; step++) {
          save(files, step);
          done = step;
        }
      } catch (ThreadDeath e) {
        // killed
      }
      assertThat(loaded(run)).as("after call " + calls).isIn(done == 0 ? -1 : done, done + 1);
      if (done == SAVES) {
        assertThat(calls).as("calls of all saves").isGreaterThan(40);
        return;
      }
      save(FileOperations.SYSTEM, SAVES); // whoever resumes saves over what is left
      assertThat(loaded(run)).isEqualTo(SAVES);
    }
  }

  // ---- loss of power ----------------------------------------------------------------------------

  /** A call that is left out; the check must notice. */
  enum Mutation {
    NONE,
    FILE_NOT_FORCED,
    FOLDER_NOT_FORCED,
    METRICS_NOT_FORCED
  }

  /** Leaves calls out. */
  private static final class Mutated extends ForwardingFiles {
    private final FileOperations to;
    private final Mutation mutation;

    Mutated(FileOperations to, Mutation mutation) {
      super(to);
      this.to = to;
      this.mutation = mutation;
    }

    @Override
    public Output create(Path file) throws IOException {
      Output out = to.create(file);
      if (mutation != Mutation.FILE_NOT_FORCED) return out;
      return new Output() {
        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
          out.write(bytes, from, count);
        }

        @Override
        public void force() {}
      };
    }

    @Override
    public void forceFolder(Path at) throws IOException {
      if (mutation != Mutation.FOLDER_NOT_FORCED) to.forceFolder(at);
    }

    @Override
    public void force(Path file) throws IOException {
      if (mutation != Mutation.METRICS_NOT_FORCED) to.force(file);
    }
  }

  /** What was seen of all states. */
  private static final class Seen {
    final Set<String> states = new HashSet<>();
    final List<String> failures = new ArrayList<>();
    long done;
  }

  @ParameterizedTest
  @EnumSource(Mutation.class)
  void aLossOfPowerLeavesTheOldOrTheNew(Mutation mutation) throws IOException {
    Seen seen = new Seen();
    RecordedDisk disk = new RecordedDisk(run.path(), d -> lookAt(d, seen));
    FileOperations files = new Mutated(disk, mutation);
    for (int step = 1; step <= SAVES_UNTIL_POWER_IS_LOST; step++) {
      disk.append(run.metrics(), line(step));
      made.save(run, files, step, Files.size(run.metrics()));
      seen.done = step;
      lookAt(disk, seen);
    }
    if (mutation == Mutation.NONE) {
      assertThat(seen.states.size()).isGreaterThanOrEqualTo(1000);
      assertThat(seen.failures).isEmpty();
    } else {
      assertThat(seen.failures).as(mutation + " must be noticed").isNotEmpty();
    }
  }

  private void lookAt(RecordedDisk disk, Seen seen) {
    if (!seen.failures.isEmpty()) return; // one is enough, and nothing forced has many states
    for (Map<String, byte[]> state : disk.states()) {
      if (!seen.states.add(seen.done + " " + key(state))) continue;
      try {
        Path place = folder.resolve("state" + seen.states.size());
        Trees.write(state, place);
        check(new RunDirectory(place), seen);
        Trees.delete(place);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void check(RunDirectory place, Seen seen) {
    try {
      long step = loaded(place);
      boolean right = step == seen.done + 1 || step == (seen.done == 0 ? -1 : seen.done);
      if (!right) seen.failures.add("after save " + seen.done + " step " + step + " is loaded");
    } catch (LabException | AssertionError e) {
      seen.failures.add("after save " + seen.done + ": " + e.getMessage());
    }
  }

  private static String key(Map<String, byte[]> state) {
    StringBuilder key = new StringBuilder();
    state.forEach((name, bytes) -> key.append(name).append(Arrays.hashCode(bytes)).append(' '));
    return key.toString();
  }

  // ---- drawn losses -----------------------------------------------------------------------------

  /** Power is lost again and again; {@code ./secant torture} draws many more. */
  @ParameterizedTest
  @EnumSource(Mutation.class)
  void drawnLossesOfPowerLeaveTheOldOrTheNew(Mutation mutation) {
    long states = 0;
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < RUNS_THAT_LOSE_POWER && failures.isEmpty(); i++) {
      Path place = folder.resolve("drawn" + i);
      PowerLosses.Result found = PowerLosses.of(7, i, place, to -> new Mutated(to, mutation));
      states += found.states();
      failures.addAll(found.failures());
    }
    if (mutation == Mutation.NONE) {
      assertThat(failures).isEmpty();
      assertThat(states).isGreaterThan(500);
    } else {
      assertThat(failures).as(mutation + " must be noticed").isNotEmpty();
    }
  }
}
