// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import java.io.IOException;
import java.nio.file.Path;

/** Opens the parsers of this package to the fuzz tests. */
public final class ReportParsers {
  private ReportParsers() {}

  /** A run folder as a report wants it. */
  public static void writeRun(Path run) throws IOException {
    SyntheticRuns.write(run, SyntheticRuns.resolver("ict 2"), 2, false);
  }

  /** What a report takes from a run folder, all of it asked for. */
  public static RunRecord read(Path run) {
    RunRecord record = RunReader.read(run, "run");
    record.result();
    record.network();
    record.steps();
    for (int layer = 0; layer < record.layers(); layer++) {
      record.floor(layer);
      record.relative(layer);
    }
    return record;
  }
}
