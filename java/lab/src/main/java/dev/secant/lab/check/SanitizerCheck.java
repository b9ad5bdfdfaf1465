// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** compute-sanitizer's four tools on the native test program. */
final class SanitizerCheck implements Check {
  private static final List<String> TOOLS =
      List.of("memcheck", "racecheck", "initcheck", "synccheck");
  private static final int SECONDS = 45;
  private static final Pattern CLEAN =
      Pattern.compile("^=+ (ERROR SUMMARY: 0 errors|RACECHECK SUMMARY: 0 hazards displayed.*)$");

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
    Path sanitizer = s.tools().find("compute-sanitizer");
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
    return judged(tool, result);
  }

  /** The program must have passed under the tool, and the tool must say that it found nothing. */
  private CheckRow judged(String tool, Subprocess.Result result) {
    Optional<String> cases = KernelTests.passed(result);
    if (cases.isEmpty()) return CheckRow.fail(section(), tool, KernelTests.whyNot(result));
    Optional<String> clean = result.lines().stream().filter(CLEAN.asMatchPredicate()).findFirst();
    if (clean.isPresent()) return CheckRow.pass(section(), tool, clean.get() + "; " + cases.get());
    String why = "the tool ended with 0 and did not say that it found nothing (%s)";
    return CheckRow.fail(section(), tool, why.formatted(result.log()));
  }
}
