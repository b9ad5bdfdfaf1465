// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DivergedException;
import dev.secant.lab.error.LabException;
import dev.secant.lab.metrics.FileOperations;
import dev.secant.lab.metrics.ForwardingFiles;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private static final Identity RUN = new Identity("1 (a)", "k: 2\n", "data", "split", "", "cpu");
  private static final int SAVES = 3;
  private static final int SAVES_UNTIL_POWER_IS_LOST = 5;

  /** Many blocks of a disk. */
  private static final int COUNT = 6000;

  @TempDir Path folder;
  private Arena arena;
  private Tensor weights;
  private Snapshot snapshot;
  private RunDirectory run;

  @BeforeEach
  void makeTensors() throws IOException {
    arena = new Arena(new HostMemory());
    weights = arena.tensor(DType.F32, COUNT);
    snapshot = new Snapshot(Map.of("raw/w", weights));
    run = new RunDirectory(Files.createDirectories(folder.resolve("run")));
  }

  @AfterEach
  void close() {
    arena.close();
  }

  private void state(long step) {
    float[] values = new float[COUNT];
    Arrays.fill(values, step + 0.5f);
    weights.set(values);
    snapshot.take();
  }

  private Position position(long step) throws IOException {
    Map<String, Long> lengths = Map.of("metrics.jsonl", Files.size(run.metrics()));
    return new Position(step, lengths, Position.Clock.ZERO, Double.NaN, List.of());
  }

  private static byte[] line(long step) {
    return ("{\"step\":" + step + "}\n").repeat(30).getBytes(StandardCharsets.UTF_8);
  }

  private void append(long step) throws IOException {
    byte[] old = Files.exists(run.metrics()) ? Files.readAllBytes(run.metrics()) : new byte[0];
    byte[] all = Arrays.copyOf(old, old.length + line(step).length);
    System.arraycopy(line(step), 0, all, old.length, line(step).length);
    Files.write(run.metrics(), all);
  }

  private void save(FileOperations files, long step) throws IOException {
    append(step);
    state(step);
    new CheckpointStore(run, files).save(RUN, position(step), snapshot);
  }

  /** The step that is loaded, -1 where there is none; its weights are those of the step. */
  private long loaded(RunDirectory directory) {
    CheckpointStore.Found found =
        new CheckpointStore(directory, FileOperations.SYSTEM).newest(RUN.program());
    assertThat(found.damaged()).as("nothing damaged lies under a final name").isEmpty();
    Checkpoint checkpoint = found.checkpointOrNull();
    if (checkpoint == null) return -1;
    checkpoint.restore(Map.of("raw/w", weights));
    assertThat(weights.toFloats()).containsOnly(checkpoint.position().step() + 0.5f);
    return checkpoint.position().step();
  }

  @Test
  void aCheckpointHoldsWhatWasSaved() throws IOException {
    append(1);
    state(7);
    Position position =
        new Position(
            7,
            Map.of("metrics.jsonl", 12L),
            new Position.Clock(1.5, 2, 3, 4, 5, Double.NaN),
            0.125,
            List.of("a note"));
    CheckpointStore store = new CheckpointStore(run, FileOperations.SYSTEM);
    store.save(RUN, position, snapshot);
    Checkpoint found = store.newest(RUN.program()).checkpointOrNull();
    assertThat(found.position()).isEqualTo(position);
    assertThat(found.identity()).isEqualTo(RUN);
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
    assertThat(RUN.differences(other))
        .containsExactly(
            "the checkpoint has k: 2, the run has k: 3",
            "data_hash: the checkpoint has data, the run has other",
            "plans_hash: the checkpoint has , the run has plans");
    assertThat(RUN.differences(RUN)).isEmpty();
  }

  @Test
  void aStateThatIsNotFiniteIsRefusedAndTheOneBeforeStays() throws IOException {
    save(FileOperations.SYSTEM, 1);
    weights.set(new float[COUNT]);
    weights.rows(17, 18).set(new float[] {Float.NaN});
    snapshot.take();
    append(2);
    CheckpointStore store = new CheckpointStore(run, FileOperations.SYSTEM);
    assertThatThrownBy(() -> store.save(RUN, position(2), snapshot))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("step 2 is not finite: raw/w holds NaN");
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
      state(step);
      new CheckpointStore(run, files).save(RUN, position(step), snapshot);
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
        Path place = Files.createDirectories(folder.resolve("state" + seen.states.size()));
        for (Map.Entry<String, byte[]> e : state.entrySet()) {
          Files.createDirectories(place.resolve(e.getKey()).getParent());
          Files.write(place.resolve(e.getKey()), e.getValue());
        }
        check(new RunDirectory(place), seen);
        deleteTree(place);
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

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }
}
