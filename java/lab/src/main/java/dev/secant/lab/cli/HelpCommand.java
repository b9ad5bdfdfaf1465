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
  public List<String> verbs() {
    List<String> topics = new ArrayList<>(commands.keySet());
    topics.add(OPTIONS);
    return topics;
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
    } else if (commands.containsKey(topic)) {
      Help.command(commands.get(topic), json, console);
    } else {
      throw new UsageException(
          "help: no command \"" + topic + "\"" + Nearest.hint("", topic, verbs()));
    }
    return ExitCode.OK;
  }
}
