// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.report.ReportParsers;
import dev.secant.lab.report.RunRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * Run folders as {@code report} reads them. The first byte says which file of a good one the rest
 * replaces: {@code summary.json}, {@code metrics.jsonl} or {@code config.yaml}.
 */
class RunFolderFuzzTest {
  private static final String[] FILES = {"summary.json", "metrics.jsonl", "config.yaml"};

  @TempDir static Path folder;
  private static final byte[][] good = new byte[FILES.length][];

  @BeforeAll
  static void writeRun() throws IOException {
    ReportParsers.writeRun(folder);
    for (int i = 0; i < FILES.length; i++) good[i] = Hostile.read(folder.resolve(FILES[i]));
  }

  @FuzzTest
  void reads(byte[] input) {
    if (input.length == 0) return;
    int which = (input[0] & 255) % FILES.length;
    for (int i = 0; i < FILES.length; i++) Hostile.write(folder.resolve(FILES[i]), good[i]);
    Hostile.write(folder.resolve(FILES[which]), Arrays.copyOfRange(input, 1, input.length));
    Hostile.offer(ExitCode.DATA, folder.toString(), () -> ReportParsers.read(folder))
        .ifPresent(RunFolderFuzzTest::requireConsistent);
  }

  private static void requireConsistent(RunRecord record) {
    double accuracy = record.accuracy();
    Hostile.require(!(accuracy < 0 || accuracy > 1), "accuracy " + accuracy);
    for (int layer = 0; layer < record.layers(); layer++)
      Hostile.require(!(record.nonlin(layer) < 0), "NonLin " + record.nonlin(layer));
  }
}
