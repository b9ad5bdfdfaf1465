// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.LabException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.torture.FuzzPhase;
import dev.secant.lab.torture.KillPhase;
import dev.secant.lab.torture.Outcome;
import dev.secant.lab.torture.Phase;
import dev.secant.lab.torture.PowerPhase;
import dev.secant.lab.torture.SoakPhase;
import dev.secant.lab.torture.Torture;
import dev.secant.lab.train.BuildInfo;
import dev.secant.lab.train.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@code ./secant torture}: what the tests run short, run long. The launcher compiles the tests.
 */
final class TortureProgram {
  private static final int MINUTES = 60;
  private static final int KILLS = 500;
  private static final String FILE = "torture.json";
  private static final String ROW = "%-28s %12s %9s %9s  %s%n";

  private final Arguments arguments;
  private final Console console;
  private final StopRequest stop;

  private TortureProgram(Arguments arguments, Console console, StopRequest stop) {
    this.arguments = arguments;
    this.console = console;
    this.stop = stop;
  }

  public static void main(String[] words) {
    StopRequest stop = StopRequest.onSignals();
    stop.waitForCheckpoints(true); // what was done so far is said, however long that takes
    Console console = Console.system();
    Command command = LauncherCommand.named("torture");
    int code;
    try {
      code =
          new TortureProgram(Arguments.parse(command, Arrays.asList(words)), console, stop).run();
    } catch (LabException e) {
      console.error(e.getMessage());
      code = e.exitCode();
    } catch (IOException e) {
      console.error(e.toString());
      code = ExitCode.IO;
    }
    console.out().flush();
    Runtime.getRuntime().halt(code);
  }

  private long whole(String name, long least, long fallback) {
    String value = arguments.checked(name, new ValueType.Whole(least, Integer.MAX_VALUE, false));
    return value == null ? fallback : Long.parseLong(value);
  }

  private int run() throws IOException {
    long minutes = whole("minutes", 1, MINUTES);
    int kills = (int) whole("kills", 0, KILLS);
    long seed = whole("seed", 0, 1);
    Path out = arguments.has("out") ? arguments.path("out") : Path.of("runs/torture");
    Path folder = out.toAbsolutePath().normalize();
    requireEmpty(folder);
    List<Phase> phases =
        List.of(
            new KillPhase(folder.resolve("kill"), seed, KillPhase.Extent.full(kills)),
            new PowerPhase(folder.resolve("power"), seed),
            new SoakPhase(folder.resolve("soak")),
            new FuzzPhase(Path.of(System.getProperty("secant.root")), folder.resolve("fuzz")));
    long start = System.nanoTime();
    List<Outcome> outcomes =
        new Torture(phases, stop::stopping, text -> say(start, text)).run(60.0 * minutes);
    ObjectNode report = json(outcomes, minutes, seed, (System.nanoTime() - start) / 1e9);
    AtomicFile.write(
        folder.resolve(FILE), (report.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
    if (arguments.has(Flag.JSON)) console.out().println(report);
    else print(outcomes, folder);
    if (outcomes.stream().anyMatch(Outcome::failed)) return ExitCode.BUG;
    return stop.stopping() ? ExitCode.INTERRUPTED : ExitCode.OK;
  }

  private static void requireEmpty(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (var files = Files.list(folder)) {
      if (files.findAny().isPresent())
        throw new UsageException(folder + ": not empty; --out names a new or an empty folder");
    }
  }

  private void say(long start, String text) {
    long seconds = (System.nanoTime() - start) / 1_000_000_000;
    console.err().printf("secant: %d:%02d %s%n", seconds / 60, seconds % 60, text);
  }

  private ObjectNode json(List<Outcome> outcomes, long minutes, long seed, double seconds) {
    ObjectNode object = Json.MAPPER.createObjectNode();
    object.put("schema", 1).put("version", BuildInfo.read().describe());
    object.put("java", System.getProperty("java.runtime.version")).put("host", Host.describe());
    object.put("minutes", minutes).put("seed", seed).put("seconds", seconds);
    object.put("stopped", stop.stopping());
    object.put("ok", outcomes.stream().noneMatch(Outcome::failed));
    ArrayNode list = object.putArray("phases");
    for (Outcome o : outcomes) {
      ObjectNode one = list.addObject().put("name", o.name()).put("what", o.what());
      one.put("ran", o.ran()).put("count", o.count()).put("seconds", o.seconds());
      one.put("failures", o.ran() ? o.failures() : null).put("note", o.note());
      one.set("figures", Json.MAPPER.valueToTree(o.figures()));
    }
    return object;
  }

  private void print(List<Outcome> outcomes, Path folder) {
    console.out().printf(ROW, "phase", "count", "seconds", "failures", "");
    for (Outcome o : outcomes) {
      String failures = o.ran() ? Long.toString(o.failures()) : "-";
      String count = String.format(Locale.ROOT, "%,d", o.count());
      String seconds = String.format(Locale.ROOT, "%.0f", o.seconds());
      String what = o.ran() ? o.what() : "";
      console.out().printf(ROW, o.name(), count, seconds, failures, what);
      if (!o.note().isEmpty()) console.out().println("    " + o.note());
    }
    if (stop.stopping()) console.out().println("Stopped before its time; this is what was done.");
    console.out().println(folder.resolve(FILE));
  }
}
