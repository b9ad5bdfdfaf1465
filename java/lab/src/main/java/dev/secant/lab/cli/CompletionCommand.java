// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.Nearest;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Scripts that let a shell complete commands, options and their values. */
final class CompletionCommand implements Command {
  private static final Map<String, Function<Map<String, Command>, String>> SHELLS =
      new TreeMap<>(
          Map.of("bash", Completion::bash, "zsh", Completion::zsh, "fish", Completion::fish));

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
  public String footer() {
    return "bash: source <(./secant completion bash)    zsh: the same with zsh"
        + System.lineSeparator()
        + "fish: ./secant completion fish | source";
  }

  @Override
  public int run(Arguments arguments, Console console) {
    if (arguments.words().isEmpty())
      throw new UsageException("completion: expected a shell, one of " + usage());
    String shell = arguments.words().get(0);
    Function<Map<String, Command>, String> script = SHELLS.get(shell);
    if (script == null) {
      throw new UsageException(
          "completion: no shell \""
              + shell
              + "\", expected one of "
              + usage()
              + Nearest.hint("", shell, SHELLS.keySet()));
    }
    console.out().print(script.apply(commands));
    return ExitCode.OK;
  }
}
