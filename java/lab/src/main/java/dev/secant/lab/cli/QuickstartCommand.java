// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.ResolvedConfig;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.report.Drawing;
import dev.secant.lab.report.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Four small networks and a report on them, in minutes. */
final class QuickstartCommand implements Command {
  /** Together within four minutes on two cores. */
  static final int STEPS = 500;

  private static final int DEPTH = 10;
  private static final int WIDTH = 1;
  private static final int BATCH = 64;
  private static final int LABELS = 250;
  private static final int TEST_LIMIT = 500;
  private static final int EVALUATIONS = 100;
  private static final int PROBES = 20;

  /** A method of the comparison. */
  private record Entry(String folder, String method, String k) {}

  private static final List<Entry> ENTRIES =
      List.of(
          new Entry("erm", "erm", "1"),
          new Entry("mixup", "mixup", "2"),
          new Entry("ict2", "ict", "2"),
          new Entry("ict4", "ict", "4"));

  private final Launchers launchers;

  QuickstartCommand(Launchers launchers) {
    this.launchers = launchers;
  }

  @Override
  public String name() {
    return "quickstart";
  }

  @Override
  public String summary() {
    return "four methods with a small network, in minutes, and a report";
  }

  @Override
  public String usage() {
    return "[--data DIR] [option...]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(
        Flag.value("data", "DIR", "CIFAR-10 (binary version) instead of made images"),
        Flag.value("steps", "N", "of each method [" + STEPS + "]"),
        Flag.value("seed", "N", "of every run [0]"),
        Flag.value("threads", "N", "CPU threads [every core]"),
        Flag.value(
            "out", "DIR", "output folder [runs/quickstart, or the next free runs/quickstart-N]"),
        Flag.OVERWRITE,
        Flag.QUIET,
        Flag.JSON,
        Flag.DEBUG,
        Flag.HELP);
  }

  @Override
  public int run(Arguments arguments, Console console) {
    Drawing.require(name());
    Path out = out(arguments);
    List<RunConfig> configs = new ArrayList<>();
    Set<String> notes = new LinkedHashSet<>();
    for (Entry entry : ENTRIES) {
      ResolvedConfig resolved = config(entry, arguments, out);
      configs.add(resolved.config());
      notes.addAll(resolved.notes());
    }
    notes.forEach(console::note);
    console.note(
        "quickstart: ERM, mixup, ICT[2] and ICT[4], "
            + configs.get(0).run().steps()
            + " steps each, on "
            + (arguments.has("data") ? "CIFAR-10" : "made images"));
    List<Path> folders = new ArrayList<>();
    ArrayNode summaries = Json.MAPPER.createArrayNode();
    for (RunConfig config : configs) {
      summaries.add(train(config, console));
      folders.add(config.run().out());
    }
    Report report = Report.write(folders, out);
    if (arguments.has(Flag.JSON)) {
      console.out().println(json(out, summaries));
    } else {
      print(report, out, console);
    }
    return ExitCode.OK;
  }

  private static ObjectNode json(Path out, ArrayNode summaries) {
    ObjectNode object = Json.MAPPER.createObjectNode().put("schema", 1);
    object.put("figure", out.resolve(Report.FIGURE).toString());
    object.put("report", out.resolve(Report.PAGE).toString());
    object.set("runs", summaries);
    return object;
  }

  private static void print(Report report, Path out, Console console) {
    console.out().println(report.table());
    console.out().println(report.chance());
    console.out().println();
    console.out().println(report.provenance());
    report.notes().forEach(console.out()::println);
    console.out().println("figure  " + out.resolve(Report.FIGURE));
    console.out().println("report  " + out.resolve(Report.PAGE));
  }

  /** Returns the summary of the run. */
  private JsonNode train(RunConfig config, Console console) {
    try (Progress progress = Progress.on(console, config.run().out().getFileName().toString())) {
      Listeners listeners = new Listeners(launchers.stop(), List.of(progress));
      return Json.read(launchers.run().launch(config, listeners));
    }
  }

  private static ResolvedConfig config(Entry entry, Arguments arguments, Path out) {
    String steps = arguments.checked("steps", new ValueType.Whole(1, Long.MAX_VALUE, false));
    long count = steps == null ? STEPS : Long.parseLong(steps);
    ConfigResolver resolver =
        new ConfigResolver()
            .flag("method", entry.method)
            .flag("k", entry.k)
            .flag("steps", Long.toString(count))
            .flag("labels", Integer.toString(LABELS))
            .flag("depth", Integer.toString(DEPTH))
            .flag("width", Integer.toString(WIDTH))
            .flag("batch", Integer.toString(BATCH))
            .flag("test-limit", Integer.toString(TEST_LIMIT))
            .flag("eval-every", Long.toString(Math.max(1, count / EVALUATIONS)))
            .flag("probe-every", Long.toString(Math.max(1, count / PROBES)))
            .override("checkpoint.every-minutes=0") // nothing goes on with a part of a comparison
            .flag("out", out.resolve(entry.folder).toString())
            .overwrite(arguments.has(Flag.OVERWRITE));
    for (String key : List.of("seed", "threads")) {
      if (arguments.has(key)) resolver.flag(key, arguments.value(key));
    }
    if (arguments.has("data"))
      resolver.flag("dataset", "cifar10").flag("data", arguments.value("data"));
    return resolver.resolve();
  }

  /** The folder asked for, which must be new or, by default, the first free one. */
  private static Path out(Arguments arguments) {
    Path out = arguments.path("out");
    if (out == null) {
      out = Path.of("runs", "quickstart");
      for (int i = 2; Files.exists(out) && !arguments.has(Flag.OVERWRITE); i++) {
        out = Path.of("runs", "quickstart-" + i);
      }
    }
    RunDirectory.check(out, arguments.has(Flag.OVERWRITE));
    return out;
  }
}
