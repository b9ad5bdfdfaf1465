// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.Nearest;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.LabException;
import dev.secant.lab.error.PrintableLine;
import dev.secant.lab.error.UsageException;
import dev.secant.tensor.BackendUnavailableException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the command, runs it, and turns every failure into one line and an exit code. */
final class CommandLineProgram {
  private static final Set<String> HELP = Set.of("--help", "-h", "-help");

  private final Console console;
  private final Map<String, Command> commands = new LinkedHashMap<>();

  CommandLineProgram(Console console, Launchers launchers) {
    this.console = console;
    add(new QuickstartCommand(launchers));
    add(new TrainCommand(launchers));
    if (launchers.probe() != null) add(new ProbeCommand(launchers.probe(), launchers.stop()));
    add(new ReportCommand());
    add(new NonLinCommand());
    add(new EvalCommand(launchers.stop()));
    add(new ExportCommand());
    add(new DataCommand(launchers.stop()));
    add(new GridCommand(launchers.stop()));
    add(new ConfigCommand());
    add(new DoctorCommand());
    add(new GpuCheckCommand());
    add(new CompletionCommand(commands));
    add(new VersionCommand());
    add(new HelpCommand(commands));
    if (Bundle.folder().isEmpty()) LauncherCommand.all().forEach(this::add);
  }

  /** By name, in the order of help. */
  Map<String, Command> commands() {
    return Collections.unmodifiableMap(commands);
  }

  private void add(Command command) {
    commands.put(command.name(), command);
  }

  /** Runs a call and returns the exit code; never throws. */
  int run(String... words) {
    try {
      int code = dispatch(Arrays.asList(words));
      if (console.lostItsReader()) return ExitCode.READER_GONE;
      if (console.out().checkError()) {
        throw new IoFailureException("cannot write to standard output");
      }
      return code;
    } catch (Throwable e) {
      return fail(e, Arrays.asList(words).contains("--debug"));
    }
  }

  private int dispatch(List<String> words) {
    boolean json = words.contains(Flag.JSON.spelling());
    if (words.isEmpty() || HELP.contains(words.get(0))) {
      Help.overview(commands.values(), json, console);
      return ExitCode.OK;
    }
    String name = words.get(0).equals("--version") ? "version" : words.get(0);
    Command command = commands.get(name);
    if (command == null) {
      throw new UsageException(
          "unknown command \""
              + name
              + "\""
              + Nearest.hint("", name, commands.keySet())
              + " (see secant help)");
    }
    List<String> rest = words.subList(1, words.size());
    if (rest.stream().anyMatch(HELP::contains)) {
      Help.command(command, json, console);
      return ExitCode.OK;
    }
    Arguments arguments = Arguments.parse(command, rest);
    return command.run(arguments, console.quiet(arguments.has(Flag.QUIET)));
  }

  private int fail(Throwable e, boolean debug) {
    console.out().flush();
    console.error(oneLine(e));
    if (debug) e.printStackTrace(console.err());
    return code(e);
  }

  private static int code(Throwable e) {
    return e instanceof BackendUnavailableException ? ExitCode.BACKEND : ExitCode.of(e);
  }

  private static String oneLine(Throwable e) {
    String message = PrintableLine.of(e.getMessage());
    return switch (code(e)) {
      case ExitCode.BUG ->
          "internal error: "
              + e.getClass().getSimpleName()
              + ": "
              + message
              + " (--debug shows where; this is a bug)";
      case ExitCode.OUT_OF_MEMORY ->
          "out of memory: " + message + "; a smaller --batch or --width needs less";
      case ExitCode.IO ->
          e instanceof LabException ? message : e.getClass().getSimpleName() + ": " + message;
      default -> message;
    };
  }
}
