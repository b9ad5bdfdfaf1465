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
        new CeilingTimes(ceilings),
        new StepTimes(ceilings),
        new ProbeTimes(),
        new KernelTimes(ceilings),
        new ConvolutionTimes(ceilings),
        new SanitizerCheck());
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
    long end = System.nanoTime() + settings.seconds() * 1_000_000_000L;
    for (Check check : checks) {
      if (System.nanoTime() > end) {
        String why = "the %d seconds were over".formatted(settings.seconds());
        take.accept(CheckRow.notRun(check.section(), "all", why));
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
