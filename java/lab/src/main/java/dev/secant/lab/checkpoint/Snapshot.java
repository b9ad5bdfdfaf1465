// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import dev.secant.lab.error.DivergedException;
import dev.secant.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A copy of a run's tensors at one moment, outside of the Java heap; its memory is used again for
 * the next one. While one thread reads a copy none may be taken.
 */
public final class Snapshot {
  /** A tensor and the copy of its elements, F32 little-endian. */
  record Section(Tensor tensor, ByteBuffer copy) {}

  private final Map<String, Section> sections = new LinkedHashMap<>();

  /**
   * @param tensors F32, by their names in a checkpoint
   */
  public Snapshot(Map<String, Tensor> tensors) {
    tensors.forEach(
        (name, tensor) -> {
          int bytes = Math.toIntExact(tensor.bytes());
          ByteBuffer copy = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
          sections.put(name, new Section(tensor, copy));
        });
  }

  /** Copies every tensor; on the thread that trains, between two updates. */
  public void take() {
    for (Section s : sections.values()) s.copy.asFloatBuffer().put(s.tensor.toFloats());
  }

  Map<String, Section> sections() {
    return sections;
  }

  /**
   * A state that is not finite is not worth a checkpoint: the one before stays the newest.
   *
   * @throws DivergedException that names step and tensor
   */
  void requireFinite(long step) {
    for (Map.Entry<String, Section> e : sections.entrySet()) {
      FloatBuffer values = e.getValue().copy.asFloatBuffer();
      while (values.hasRemaining()) {
        float value = values.get();
        if (Float.isFinite(value)) continue;
        throw new DivergedException(
            "the state at step %d is not finite: %s holds %s; no checkpoint is made of it; try a smaller optim.lr"
                .formatted(step, e.getKey(), value));
      }
    }
  }
}
