// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.Nearest;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Overview, help on a command, or the list of option keys. */
final class HelpCommand implements Command {
  private static final String OPTIONS = "options";

  private final Map<String, Command> commands;

  HelpCommand(Map<String, Command> commands) {
    this.commands = commands;
  }

  /** What ./secant does itself, before there is a program. */
  private static final Map<String, String> OF_THE_LAUNCHER =
      Map.of(
          "test",
          "usage: secant test [word of Maven...]\n\nbuilds everything and runs all tests: mvn verify",
          "bundle",
          "usage: secant bundle [option...]\n\npacks an archive that runs without Java, Maven and CMake; secant bundle"
              + " --help lists its options");

  @Override
  public String name() {
    return "help";
  }

  @Override
  public String summary() {
    return "this overview, a command, or the keys of all options (help options)";
  }

  @Override
  public String usage() {
    return "[command | options] [--json]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(Flag.JSON, Flag.HELP);
  }

  @Override
  public int words() {
    return 1;
  }

  @Override
  public int run(Arguments arguments, Console console) {
    boolean json = arguments.has(Flag.JSON);
    if (arguments.words().isEmpty()) {
      Help.overview(commands.values(), json, console);
      return ExitCode.OK;
    }
    String topic = arguments.words().get(0);
    if (topic.equals(OPTIONS)) {
      Help.options(json, console);
    } else if (OF_THE_LAUNCHER.containsKey(topic)) {
      console.out().println(OF_THE_LAUNCHER.get(topic));
    } else if (commands.containsKey(topic)) {
      Help.command(commands.get(topic), json, console);
    } else {
      List<String> topics = new ArrayList<>(commands.keySet());
      topics.add(OPTIONS);
      throw new UsageException(
          "help: no command \"" + topic + "\"" + Nearest.hint("", topic, topics));
    }
    return ExitCode.OK;
  }
}
