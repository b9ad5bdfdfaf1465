// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import java.nio.file.Path;

/**
 * Writes {@code timing.jsonl}, where the wall-clock values of a run are. Confined to one thread.
 */
public final class TimingWriter implements AutoCloseable {
  private final JsonLines lines;

  /**
   * @param file must not exist
   */
  public TimingWriter(Path file) {
    lines = new JsonLines(file);
  }

  /** One line, in the file when this returns. */
  public void write(TimingMetric timing) {
    lines.write(
        Json.MAPPER
            .createObjectNode()
            .put("step", timing.step())
            .put("seconds", timing.seconds())
            .put("images_per_second", timing.imagesPerSecond()));
  }

  @Override
  public void close() {
    lines.close();
  }
}
