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
    this(new JsonLines(file));
  }

  private TimingWriter(JsonLines lines) {
    this.lines = lines;
  }

  /** Goes on with a file after its first bytes; what lies behind them is cut off. */
  public static TimingWriter resume(Path file, long length) {
    return new TimingWriter(JsonLines.resume(file, length));
  }

  /** Bytes written so far. */
  public long length() {
    return lines.length();
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
