// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.util.List;
import java.util.function.Consumer;

/** The native test program: every kernel on the device beside float64 or the CPU. */
final class KernelCasesCheck implements Check {
  private static final int SECONDS = 120;

  @Override
  public String section() {
    return "kernels";
  }

  @Override
  public void run(CheckSettings s, Consumer<CheckRow> rows) {
    String name = "secant-kernel-tests";
    if (!s.onDevice()) {
      rows.accept(CheckRow.notRun(section(), name, "the CPU's kernels have tests of their own"));
      return;
    }
    if (s.kernelTests() == null) {
      rows.accept(CheckRow.fail(section(), name, KernelTests.ABSENT));
      return;
    }
    Subprocess.Result result =
        Subprocess.run(
            KernelTests.command(s, List.of()), s.log("kernel-tests.log"), s.atMost(SECONDS));
    if (result.code() == Subprocess.TIMEOUT) {
      rows.accept(CheckRow.notRun(section(), name, "not finished in its time"));
      return;
    }
    rows.accept(
        KernelTests.passed(result)
            .map(line -> CheckRow.pass(section(), name, line))
            .orElseGet(() -> CheckRow.fail(section(), name, KernelTests.whyNot(result))));
  }
}
