// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.error.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Scripts that let a shell complete commands, options and their values. */
final class CompletionCommand implements Command {
  private static final Map<String, Function<Map<String, Command>, String>> SHELLS =
      new TreeMap<>(
          Map.of(
              "bash",
              BashCompletion::script,
              "zsh",
              ZshCompletion::script,
              "fish",
              FishCompletion::script));

  private final Map<String, Command> commands;

  CompletionCommand(Map<String, Command> commands) {
    this.commands = commands;
  }

  @Override
  public String name() {
    return "completion";
  }

  @Override
  public String summary() {
    return "a script that completes commands and options in a shell";
  }

  @Override
  public String usage() {
    return String.join(" | ", SHELLS.keySet());
  }

  @Override
  public List<Flag> flags() {
    return List.of(Flag.HELP);
  }

  @Override
  public int words() {
    return 1;
  }

  @Override
  public List<String> verbs() {
    return List.copyOf(SHELLS.keySet());
  }

  @Override
  public int run(Arguments arguments, Console console) {
    console.out().print(SHELLS.get(arguments.verb(this)).apply(commands));
    return ExitCode.OK;
  }
}
