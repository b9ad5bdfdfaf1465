// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.OptionSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A script that completes calls in fish. */
final class FishCompletion {
  private static final String HEAD =
      """
      # Written by: secant completion fish
      function __secant_at
          test (count (commandline -opc)) -eq $argv[1]
      end
      function __secant_in
          set -l words (commandline -opc)
          test (count $words) -ge 2; and test $words[2] = $argv[1]
      end
      complete -c secant -f
      """;

  private final StringBuilder text = new StringBuilder(HEAD);

  private FishCompletion() {}

  static String script(Map<String, Command> commands) {
    FishCompletion script = new FishCompletion();
    for (Command c : commands.values())
      script.offer("__secant_at 1", "-a " + c.name(), c.summary());
    for (Command c : commands.values()) {
      String within = "__secant_in " + c.name();
      if (!c.verbs().isEmpty())
        script.offer(
            within + "; and __secant_at 2", "-a '" + String.join(" ", c.verbs()) + "'", "");
      if (c.takesFiles()) script.offer(within, "-F", "");
      for (Flag f : c.flags()) script.offer(within, flag(f), f.description());
    }
    return script.text.toString();
  }

  private static String flag(Flag f) {
    String option = f.isShort() ? "-s " + f.name() : "-l " + f.name();
    return f.argument() == null ? option : option + action(Completed.of(f));
  }

  private static String action(Completed completed) {
    if (completed instanceof Completed.Words w)
      return " -x -a '" + String.join(" ", w.words()) + "'";
    if (completed instanceof Completed.Folder) return " -x -a '(__fish_complete_directories)'";
    if (completed instanceof Completed.File) return " -r -F";
    return completed instanceof Completed.Keys
        ? " -x -a '" + String.join(" ", assignments()) + "'"
        : " -x";
  }

  private static List<String> assignments() {
    List<String> all = new ArrayList<>();
    for (OptionSpec key : Completed.keys()) {
      String start = key.key() + "=";
      if (Completed.of(key) instanceof Completed.Words w)
        w.words().forEach(word -> all.add(start + word));
      else all.add(start);
    }
    return all;
  }

  private void offer(String when, String what, String description) {
    text.append("complete -c secant -n '").append(when).append("' ").append(what);
    if (!description.isEmpty())
      text.append(" -d '")
          .append(description.replace("\\", "\\\\").replace("'", "\\'"))
          .append('\'');
    text.append('\n');
  }
}
