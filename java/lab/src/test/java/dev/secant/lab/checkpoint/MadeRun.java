// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.metrics.FileOperations;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.HostMemory;
import dev.secant.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a run has to save and no more: tensors whose values tell the step, a file that grows. */
final class MadeRun implements AutoCloseable {
  static final Identity IDENTITY = new Identity("1 (a)", "k: 2\n", "data", "split", "", "cpu");

  private final Arena arena = new Arena(new HostMemory());
  private final Map<String, Tensor> tensors = new TreeMap<>();
  private final Snapshot snapshot;

  /**
   * @param counts elements of each tensor
   */
  MadeRun(int... counts) {
    for (int i = 0; i < counts.length; i++)
      tensors.put("raw/w" + i, arena.tensor(DType.F32, counts[i]));
    snapshot = new Snapshot(tensors);
  }

  Map<String, Tensor> tensors() {
    return tensors;
  }

  Snapshot snapshot() {
    return snapshot;
  }

  private static float value(long step) {
    return step + 0.5f;
  }

  /** The tensors become those of the step. */
  void reach(long step) {
    for (Tensor tensor : tensors.values()) {
      float[] values = new float[(int) tensor.shape().count()];
      Arrays.fill(values, value(step));
      tensor.set(values);
    }
    snapshot.take();
  }

  /** Lines that a run writes on its way to a step. */
  static byte[] lines(long step, int count) {
    return ("{\"step\":" + step + "}\n").repeat(count).getBytes(StandardCharsets.UTF_8);
  }

  static Position position(long step, long metrics) {
    Map<String, Long> lengths = Map.of(RunDirectory.METRICS, metrics);
    return new Position(step, lengths, Position.Clock.ZERO, Double.NaN, List.of());
  }

  /** Saves the step where the file has so many bytes. */
  void save(RunDirectory run, FileOperations files, long step, long metrics) {
    reach(step);
    new CheckpointStore(run, files).save(IDENTITY, position(step, metrics), snapshot);
  }

  /** The checkpoint that is loaded, null where there is none; its tensors are those of its step. */
  Checkpoint loaded(RunDirectory run) {
    CheckpointStore.Found found =
        new CheckpointStore(run, FileOperations.SYSTEM).newest(IDENTITY.program());
    assertThat(found.damaged()).as("nothing damaged lies under a final name").isEmpty();
    Checkpoint checkpoint = found.checkpointOrNull();
    if (checkpoint == null) return null;
    checkpoint.restore(tensors);
    float expected = value(checkpoint.position().step());
    for (Tensor tensor : tensors.values())
      for (float element : tensor.toFloats())
        if (element != expected)
          assertThat(element).isEqualTo(expected); // slow where it always asks
    return checkpoint;
  }

  @Override
  public void close() {
    arena.close();
  }
}
