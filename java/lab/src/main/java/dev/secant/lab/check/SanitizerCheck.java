// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** compute-sanitizer's four tools on the native test program. */
final class SanitizerCheck implements Check {
  private static final List<String> TOOLS =
      List.of("memcheck", "racecheck", "initcheck", "synccheck");
  private static final int SECONDS = 45;
  private static final Path USUAL = Path.of("/usr/local/cuda/bin/compute-sanitizer");

  @Override
  public String section() {
    return "sanitizer";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    for (String tool : TOOLS) rows.accept(row(s, tool));
  }

  private CheckRow row(CheckSettings s, String tool) {
    if (!s.onDevice()) return CheckRow.notRun(section(), tool, "for a device");
    if (s.over()) return CheckRow.notRun(section(), tool, s.overText());
    if (s.quick()) return CheckRow.notRun(section(), tool, "left out by --quick");
    if (s.kernelTests() == null) return CheckRow.fail(section(), tool, KernelTests.ABSENT);
    Path sanitizer = Subprocess.onPath("compute-sanitizer");
    if (sanitizer == null && Files.isExecutable(USUAL)) sanitizer = USUAL;
    if (sanitizer == null) {
      return CheckRow.fail(
          section(), tool, "compute-sanitizer is not there: it comes with the CUDA toolkit");
    }
    List<String> command = new ArrayList<>();
    command.addAll(List.of(sanitizer.toString(), "--tool", tool, "--error-exitcode", "9"));
    command.addAll(KernelTests.command(s, List.of()));
    Duration limit = s.atMost(SECONDS);
    Subprocess.Result result = Subprocess.run(command, s.log(tool + ".log"), limit);
    if (result.code() == Subprocess.TIMEOUT) {
      String why = "not finished in %d s".formatted(limit.toSeconds());
      return CheckRow.notRun(section(), tool, why);
    }
    return CheckRow.of(section(), tool, result.code() == 0, result.summary());
  }
}
