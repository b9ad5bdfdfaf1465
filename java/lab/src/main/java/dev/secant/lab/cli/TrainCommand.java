// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.OptionSpec;
import dev.secant.lab.config.Options;
import dev.secant.lab.config.ResolvedConfig;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.FolderLock;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.train.TrainListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Trains and probes one network. */
final class TrainCommand implements Command {
  static final Flag CONFIG = Flag.value("config", "FILE", "options from a YAML file");
  static final Flag SET =
      new Flag("o", "KEY=VALUE", true, "General", "any option by its key; see help options");

  private static final Flag RESUME =
      Flag.value("resume", "DIR", "go on with the run in this folder, with its own options");
  private static final Flag STEAL =
      Flag.toggle("steal", "take the run folder from a process that has certainly ended");
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
    return "[--method erm|mixup|ict] [--k K] [--dataset NAME] [--data DIR] [option...]";
  }

  @Override
  public List<Flag> flags() {
    List<Flag> flags = new ArrayList<>(Flag.ofRuns());
    flags.addAll(
        List.of(
            CONFIG,
            SET,
            RESUME,
            STEAL,
            TENSORBOARD,
            Flag.OVERWRITE,
            Flag.QUIET,
            Flag.JSON,
            Flag.DEBUG,
            Flag.HELP));
    return flags;
  }

  @Override
  public int run(Arguments arguments, Console console) {
    boolean resume = arguments.has(RESUME) && holdsARun(arguments);
    ResolvedConfig resolved = resume ? recorded(arguments) : resolve(arguments);
    if (!resume) resolved.notes().forEach(console::note);
    RunConfig config = resolved.config();
    if (arguments.has(STEAL)) steal(config.run().out(), console);
    JsonNode summary =
        launch(resume ? launchers.resume() : launchers.run(), config, arguments, console);
    if (arguments.has(Flag.JSON)) {
      console.out().println(summary);
    } else {
      console.out().println(text(config, summary));
    }
    return ExitCode.OK;
  }

  /**
   * Whether there is a run to resume. Where there is none, options of a run start it, so that one
   * call can be made any number of times; without them the folder's name must be wrong.
   */
  private static boolean holdsARun(Arguments arguments) {
    Path folder = arguments.path(RESUME.name());
    for (String other : List.of(Flag.OVERWRITE.name(), "out")) {
      if (arguments.has(other)) {
        throw new UsageException("--resume contradicts --" + other + ": it goes on in its folder");
      }
    }
    if (Files.exists(new RunDirectory(folder).config())) return true;
    boolean options = arguments.has(CONFIG) || arguments.has(SET) || !given(arguments).isEmpty();
    if (!options) RunDirectory.open(folder);
    return false;
  }

  /** The options of the run; those of the call are compared with them. */
  private static ResolvedConfig recorded(Arguments arguments) {
    RunDirectory directory = new RunDirectory(arguments.path(RESUME.name()));
    ConfigYaml.read(directory.config()); // refuses what no run wrote
    ConfigResolver resolver = new ConfigResolver().file(directory.config());
    if (Files.exists(directory.choices())) resolver.override("cuda.plans=" + directory.choices());
    return resolve(resolver, arguments);
  }

  private static void steal(Path folder, Console console) {
    String owner = FolderLock.steal(folder);
    if (owner != null) console.note(folder + ": taken from " + owner);
  }

  private static List<String> given(Arguments arguments) {
    return Options.all().values().stream()
        .filter(spec -> spec.flag() && arguments.has(spec.key()))
        .map(OptionSpec::key)
        .toList();
  }

  static ResolvedConfig resolve(Arguments arguments) {
    return resolve(new ConfigResolver(), arguments);
  }

  /** With the options of a call over those that a resolver has. */
  static ResolvedConfig resolve(ConfigResolver resolver, Arguments arguments) {
    if (arguments.has(CONFIG)) resolver.file(arguments.path(CONFIG.name()));
    arguments.values(SET.name()).forEach(resolver::override);
    given(arguments).forEach(key -> resolver.flag(key, arguments.value(key)));
    if (arguments.has(RESUME.name())) resolver.flag("out", arguments.value(RESUME.name()));
    return resolver.overwrite(arguments.has(Flag.OVERWRITE)).resolve();
  }

  private JsonNode launch(
      RunLauncher launcher, RunConfig config, Arguments arguments, Console console) {
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
      launchers.stop().waitForCheckpoints(config.savesCheckpoints());
      Path file = launcher.launch(config, new Listeners(launchers.stop(), listeners));
      if (json) stream.copy();
      return Json.read(file);
    }
  }

  /** Null where none is asked for. */
  private static TensorBoard tensorBoard(Arguments arguments) {
    Path folder = arguments.path(TENSORBOARD.name());
    if (folder == null) return null;
    if (arguments.has(RESUME)) return TensorBoard.into(folder, TensorBoard.Earlier.KEPT);
    boolean overwrite = arguments.has(Flag.OVERWRITE);
    return TensorBoard.into(
        folder, overwrite ? TensorBoard.Earlier.REPLACED : TensorBoard.Earlier.REFUSED);
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
