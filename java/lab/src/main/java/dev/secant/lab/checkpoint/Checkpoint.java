// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.checkpoint;

import dev.secant.lab.metrics.SafetensorsReader;
import dev.secant.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;

/** A checkpoint whose every part has been verified. */
public record Checkpoint(Path file, Identity identity, Position position) {
  /** Copies the state into tensors of these names and shapes. */
  public void restore(Map<String, Tensor> tensors) {
    try (SafetensorsReader reader = new SafetensorsReader(file)) {
      tensors.forEach(reader::read);
    }
  }
}
