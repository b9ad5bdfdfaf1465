// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.OptionSpec;
import dev.secant.lab.config.Options;
import dev.secant.lab.config.ResolvedConfig;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.train.TrainListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Trains and probes one network. */
final class TrainCommand implements Command {
  static final Flag CONFIG = Flag.value("config", "FILE", "options from a YAML file");
  static final Flag SET =
      new Flag("o", "KEY=VALUE", true, "General", "any option by its key; see help options");

  private static final Flag TENSORBOARD =
      Flag.value(
          "tensorboard", "DIR", "write losses, accuracy and NonLin as event files there too");

  private final Launchers launchers;

  TrainCommand(Launchers launchers) {
    this.launchers = launchers;
  }

  @Override
  public String name() {
    return "train";
  }

  @Override
  public String summary() {
    return "train and probe one network";
  }

  @Override
  public String usage() {
    return "[--method erm|mixup|ict] [--k K] [--dataset made|cifar10|folder] [--data DIR] [option...]";
  }

  @Override
  public List<Flag> flags() {
    List<Flag> flags = new ArrayList<>(Flag.ofRuns());
    flags.addAll(
        List.of(
            CONFIG,
            SET,
            TENSORBOARD,
            Flag.OVERWRITE,
            Flag.QUIET,
            Flag.JSON,
            Flag.DEBUG,
            Flag.HELP));
    return flags;
  }

  @Override
  public String footer() {
    return "Later sources win: defaults, the preset of --reading, --config, -o, flags.";
  }

  @Override
  public int run(Arguments arguments, Console console) {
    ResolvedConfig resolved = resolve(arguments);
    resolved.notes().forEach(console::note);
    RunConfig config = resolved.config();
    JsonNode summary = launch(config, arguments, console);
    if (arguments.has(Flag.JSON)) {
      console.out().println(summary);
    } else {
      console.out().println(text(config, summary));
    }
    return ExitCode.OK;
  }

  static ResolvedConfig resolve(Arguments arguments) {
    ConfigResolver resolver = new ConfigResolver();
    if (arguments.has(CONFIG)) resolver.file(arguments.path(CONFIG.name()));
    arguments.values(SET.name()).forEach(resolver::override);
    for (OptionSpec spec : Options.all().values()) {
      if (spec.flag() && arguments.has(spec.key()))
        resolver.flag(spec.key(), arguments.value(spec.key()));
    }
    return resolver.overwrite(arguments.has(Flag.OVERWRITE)).resolve();
  }

  private JsonNode launch(RunConfig config, Arguments arguments, Console console) {
    Path out = config.run().out();
    String name = (out.getFileName() == null ? out : out.getFileName()).toString();
    boolean json = arguments.has(Flag.JSON);
    JsonStream stream = new JsonStream(console, new RunDirectory(config.run().out()).metrics());
    try (Progress progress = Progress.on(console, name);
        TensorBoard board = tensorBoard(arguments)) {
      List<TrainListener> listeners = new ArrayList<>();
      if (json) listeners.add(stream);
      listeners.add(progress);
      if (board != null) listeners.add(board);
      Path file = launchers.run().launch(config, new Listeners(launchers.stop(), listeners));
      if (json) stream.copy();
      return Json.read(file);
    }
  }

  /** Null where none is asked for. */
  private static TensorBoard tensorBoard(Arguments arguments) {
    Path folder = arguments.path(TENSORBOARD.name());
    return folder == null ? null : TensorBoard.into(folder, arguments.has(Flag.OVERWRITE));
  }

  private static String text(RunConfig config, JsonNode summary) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "mean of the last evaluations: accuracy %.1f %%, NonLin",
            100 * summary.path("accuracy").asDouble()));
    int layer = 0;
    for (JsonNode nonlin : summary.path("nonlin")) {
      text.append(String.format(Locale.ROOT, "  L%d %.3f", layer++, nonlin.asDouble()));
    }
    for (JsonNode note : summary.path("notes"))
      text.append(System.lineSeparator()).append(note.asText());
    return text.append(System.lineSeparator())
        .append("run folder ")
        .append(config.run().out())
        .toString();
  }
}
