// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Processor;
import dev.secant.benchmarks.contest.Programs;
import dev.secant.benchmarks.harness.Bench;
import dev.secant.benchmarks.harness.Entries;
import dev.secant.benchmarks.harness.Entry;
import dev.secant.benchmarks.harness.Fork;
import dev.secant.benchmarks.harness.Fork.Extent;
import dev.secant.benchmarks.harness.Load;
import dev.secant.benchmarks.harness.Quiet;
import dev.secant.benchmarks.harness.Rounds;
import dev.secant.benchmarks.harness.Rounds.Outcome;
import dev.secant.benchmarks.report.Page;
import dev.secant.benchmarks.report.RegressionCheck;
import dev.secant.benchmarks.report.Results;
import dev.secant.benchmarks.report.TextTable;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.LabException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.train.BuildInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** {@code ./secant bench}: times Secant beside other programs. The launcher compiles it. */
final class BenchProgram {
  private static final int WAIT_MINUTES = 10;
  private static final int SHORT_ROUNDS = 2;
  private static final int FULL_ROUNDS = 3;

  /** Processes of an entry in a round until one is undisturbed. */
  private static final int TRIES = 3;

  /** Of a run of a part of the set. */
  private static final String PART = "part";

  private final Arguments arguments;
  private final Console console;
  private final Path benchmarks =
      Path.of(System.getProperty("secant.bench.root"), "benchmarks").toAbsolutePath();

  /** Holds what is measured so far, should the run not come to its end. */
  private final Path kept;

  private BenchProgram(Arguments arguments, Console console) {
    this.arguments = arguments;
    this.console = console;
    Path fallback = Path.of(System.getProperty("secant.bench.root"), ".secant/bench.json");
    this.kept = arguments.has("out") ? Path.of(arguments.value("out")) : fallback;
  }

  public static void main(String[] words) {
    Console console = Console.system();
    Command command = LauncherCommand.named("bench");
    int code;
    try {
      code = new BenchProgram(Arguments.parse(command, Arrays.asList(words)), console).run();
    } catch (LabException e) {
      console.error(e.getMessage());
      code = e.exitCode();
    } catch (BusyException e) {
      console.error(e.getMessage());
      code = ExitCode.RESUMABLE;
    }
    console.out().flush();
    System.exit(code);
  }

  /** The machine did not become quiet. */
  private static final class BusyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BusyException(String message) {
      super(message);
    }
  }

  private int whole(String name, int least, int fallback) {
    String value = arguments.checked(name, new ValueType.Whole(least, Integer.MAX_VALUE, false));
    return value == null ? fallback : Integer.parseInt(value);
  }

  private int run() {
    boolean full = arguments.has("full");
    if (arguments.has("record") && arguments.has("only"))
      throw new UsageException("--record takes a whole set: leave out --only");
    Path recorded = benchmarks.resolve("results/bench");
    if (arguments.has("check")) requireRecorded(recorded, full);
    int rounds = whole("rounds", 1, full ? FULL_ROUNDS : SHORT_ROUNDS);
    int wait = whole("wait", 0, WAIT_MINUTES);
    List<Entry> entries = entries(full);
    double before = Load.average();
    console.note(
        "%d entries, %d rounds; load average %.2f".formatted(entries.size(), rounds, before));
    Extent extent = full ? Extent.FULL : Extent.SHORT;
    String secant = BuildInfo.read().describe();
    Outcome outcome =
        new Rounds(
                entry -> Fork.run(entry, extent),
                arguments.has("noisy") ? 1 : TRIES,
                () -> quiet(60.0 * wait),
                console::note)
            .keeping(
                part -> Bench.results(PART, secant, system(), before, rounds, part).write(kept))
            .run(entries, rounds);
    String set = arguments.has("only") ? PART : full ? "full" : "short";
    Results results = Bench.results(set, secant, system(), before, rounds, outcome);
    if (arguments.has("json")) console.out().println(results.json());
    else console.out().print(TextTable.of(results));
    results.write(kept);
    int code = arguments.has("check") ? check(recorded, results, full) : ExitCode.OK;
    if (arguments.has("record") && results.failed().isEmpty()) record(recorded, results);
    else if (arguments.has("record")) console.error("nothing is recorded, for processes failed");
    return code == ExitCode.OK && !results.failed().isEmpty() ? ExitCode.BUG : code;
  }

  private List<Entry> entries(boolean full) {
    String only = arguments.value("only");
    List<Problem> problems =
        Entries.problems(full || only != null).stream()
            .filter(problem -> only == null || problem.text().contains(only))
            .toList();
    if (problems.isEmpty())
      throw new UsageException(
          "--only: no problem contains \""
              + only
              + "\"; there are "
              + Entries.problems(true).stream().map(Problem::text).toList());
    return Entries.of(problems, Programs.all());
  }

  private void quiet(double seconds) {
    if (arguments.has("noisy") || new Quiet(seconds, console::note).await()) return;
    throw new BusyException(
        "the machine was not quiet within %.0f minutes; --wait waits longer, --noisy measures all the same; what was measured until then is in %s"
            .formatted(seconds / 60, kept));
  }

  private static String system() {
    return "%s %s, %s %s"
        .formatted(
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("java.vm.name"),
            System.getProperty("java.runtime.version"));
  }

  /** Before minutes are spent on measuring. */
  private static Path requireRecorded(Path folder, boolean full) {
    Path file = folder.resolve(Processor.here().key() + (full ? "-full.json" : "-short.json"));
    if (Files.exists(file)) return file;
    throw new UsageException(
        file + ": nothing was recorded on such a processor yet: ./secant bench --record");
  }

  private int check(Path folder, Results results, boolean full) {
    Path file = requireRecorded(folder, full);
    RegressionCheck.Verdict verdict = RegressionCheck.of(Results.read(file), results);
    verdict.missing().forEach(text -> console.note("not measured now: " + text));
    verdict.fallen().forEach(text -> console.error("fell: " + text));
    console.note(
        "%d ratios compared with %s, %d fell"
            .formatted(verdict.compared(), file, verdict.fallen().size()));
    return verdict.passed() ? ExitCode.OK : ExitCode.BUG;
  }

  private void record(Path folder, Results results) {
    Path file = folder.resolve(results.fileName());
    try {
      Files.createDirectories(folder);
    } catch (java.io.IOException e) {
      throw dev.secant.lab.error.IoFailureException.of("cannot create", folder, e);
    }
    results.write(file);
    Page.update(benchmarks.resolve("README.md"), folder);
    console.note("recorded " + file + "; its tables are in " + benchmarks.resolve("README.md"));
  }
}
