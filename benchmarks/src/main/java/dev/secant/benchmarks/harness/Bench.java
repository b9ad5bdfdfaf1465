// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import dev.secant.benchmarks.contest.Processor;
import dev.secant.benchmarks.contest.Program;
import dev.secant.benchmarks.contest.Programs;
import dev.secant.benchmarks.harness.Rounds.Outcome;
import dev.secant.benchmarks.harness.Rounds.Rejected;
import dev.secant.benchmarks.report.Results;
import dev.secant.benchmarks.report.Results.Spread;
import dev.secant.benchmarks.report.Row;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** From entries to results. */
public final class Bench {
  /** Asking for one may start a program. */
  private static final Map<String, String> VERSIONS = new ConcurrentHashMap<>();

  private Bench() {}

  /**
   * @param set name of the set of entries
   * @param secant version and revision
   * @param system operating system and Java
   * @param before load average at the start
   */
  public static Results results(
      String set, String secant, String system, double before, int rounds, Outcome outcome) {
    List<Row> rows = new ArrayList<>();
    outcome
        .measured()
        .forEach((entry, all) -> rows.add(row(entry, all, outcome.noisy().contains(entry))));
    return new Results(
        Results.SCHEMA,
        set,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        secant,
        Processor.here(),
        system,
        Programs.THREADS,
        rounds,
        List.of(before, Load.average()),
        versions(outcome),
        controls(outcome),
        rows,
        texts(outcome.rejected()),
        texts(outcome.failed()));
  }

  private static List<String> texts(List<Rejected> rejected) {
    return rejected.stream().map(r -> r.entry() + ": " + r.why()).toList();
  }

  private static Row row(Entry entry, List<Measured> processes, boolean noisy) {
    double[] all = Measured.all(processes);
    return new Row(
        entry.problem().text(),
        entry.problem().title(),
        entry.program(),
        Measured.quantile(all, 0.5),
        Measured.quantile(all, 0.1),
        Measured.quantile(all, 0.9),
        all.length,
        processes.size(),
        noisy,
        processes.get(processes.size() - 1).allocated(),
        entry.problem().bytes(),
        entry.problem().flop(),
        entry.problem().things(),
        entry.problem().unit());
  }

  private static Map<String, String> versions(Outcome outcome) {
    var present =
        outcome.measured().keySet().stream().map(Entry::program).collect(Collectors.toSet());
    Map<String, String> versions = new LinkedHashMap<>();
    for (Program program : Programs.all())
      if (present.contains(program.name()))
        versions.put(
            program.name(), VERSIONS.computeIfAbsent(program.name(), n -> program.version()));
    return versions;
  }

  private static Map<String, Spread> controls(Outcome outcome) {
    Map<String, Spread> spreads = new LinkedHashMap<>();
    for (String kind : Controls.KINDS) {
      double[] rates =
          outcome.measured().values().stream()
              .flatMap(List::stream)
              .filter(m -> m.controls().containsKey(kind))
              .mapToDouble(m -> m.controls().get(kind))
              .toArray();
      if (rates.length == 0) continue;
      spreads.put(
          kind,
          new Spread(
              Measured.quantile(rates, 0.5),
              Measured.quantile(rates, 0.1),
              Measured.quantile(rates, 0.9),
              rates.length));
    }
    return spreads;
  }
}
