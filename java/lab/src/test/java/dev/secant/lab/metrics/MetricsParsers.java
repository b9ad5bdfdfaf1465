// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import java.nio.file.Path;

/** Opens the parsers of this package to the fuzz tests. */
public final class MetricsParsers {
  private MetricsParsers() {}

  /** Goes on with a file of metrics after its first bytes, and writes one line more. */
  public static void resume(Path file, long length, Metric line) {
    try (MetricsWriter writer = MetricsWriter.resume(file, length)) {
      writer.write(line);
    }
  }
}
