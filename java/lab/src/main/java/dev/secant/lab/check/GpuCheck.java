// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** All checks, then all times, one after the other. */
public final class GpuCheck {
  private final List<Check> checks;

  /** The usual ones. */
  public GpuCheck() {
    this(usual());
  }

  GpuCheck(List<Check> checks) {
    this.checks = List.copyOf(checks);
  }

  private static List<Check> usual() {
    Ceilings ceilings = new Ceilings();
    return List.of(
        new MachineCheck(),
        new KernelCasesCheck(),
        new ContractCheck(),
        new TrainingCheck(),
        new ProbeCheck(),
        new SanitizerCheck(),
        new CeilingTimes(ceilings),
        new StepTimes(ceilings),
        new ProbeTimes(),
        new KernelTimes(ceilings),
        new ConvolutionTimes(ceilings),
        new TrafficCheck());
  }

  /**
   * Every row that was found. A check that throws leaves a failed row, one that would start after
   * the time is over a row that says so.
   *
   * @param told hears of rows as they come
   */
  public List<CheckRow> run(CheckSettings settings, Consumer<CheckRow> told) {
    List<CheckRow> rows = new ArrayList<>();
    Consumer<CheckRow> take =
        row -> {
          rows.add(row);
          told.accept(row);
        };
    for (Check check : checks) {
      if (settings.over()) {
        take.accept(CheckRow.notRun(check.section(), "all", settings.overText()));
      } else {
        run(check, settings, take);
      }
    }
    return rows;
  }

  private static void run(Check check, CheckSettings settings, Consumer<CheckRow> take) {
    AtomicBoolean any = new AtomicBoolean();
    try {
      check.run(
          settings,
          row -> {
            any.set(true);
            take.accept(row);
          });
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      String name = any.get() ? "what was left" : "all";
      take.accept(CheckRow.fail(check.section(), name, message(e)));
    }
  }

  private static String message(Throwable e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
