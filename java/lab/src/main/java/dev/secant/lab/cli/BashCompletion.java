// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.OptionSpec;
import java.util.List;
import java.util.Map;

/** A script that completes calls in bash, of version 4 or later. */
final class BashCompletion {
  /** Bash takes {@code --flag=word} and {@code key=word} apart at the sign. */
  private static final String HEAD =
      """
      # Written by: secant completion bash
      _secant_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word"); }
      _secant_files() {
        mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
        compopt -o filenames 2>/dev/null || true
      }
      _secant_keys() {
        _secant_words "$1"
        compopt -o nospace 2>/dev/null || true
      }
      _secant() {
        local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
        COMPREPLY=()
        if [ "$word" = = ]; then
          word=''
        elif [ "$before" = = ]; then
          before=${COMP_WORDS[COMP_CWORD-2]}
        elif [ "${before#-}" = "$before" ]; then
          before=''
        fi
      """;

  private final StringBuilder text = new StringBuilder(HEAD);

  private BashCompletion() {}

  static String script(Map<String, Command> commands) {
    BashCompletion script = new BashCompletion();
    script.line("  if [ \"$COMP_CWORD\" = 1 ]; then " + words(commands.keySet()) + "; return; fi");
    script.values(commands);
    script.verbs(commands);
    script.flags(commands);
    return script.line("}").line("complete -F _secant secant ./secant").text.toString();
  }

  private void values(Map<String, Command> commands) {
    line("  case \"$command $before\" in");
    for (Command c : commands.values()) {
      for (Flag f : c.flags()) {
        if (f.argument() == null) continue;
        choice("'" + c.name() + " " + f.spelling() + "'", action(Completed.of(f)));
      }
    }
    for (OptionSpec key : Completed.keys()) {
      Completed value = Completed.of(key);
      if (!(value instanceof Completed.Unknown)) choice("*' " + key.key() + "'", action(value));
    }
    line("  esac");
  }

  private static String action(Completed completed) {
    if (completed instanceof Completed.Words w) return words(w.words());
    if (completed instanceof Completed.Folder) return "_secant_files -d";
    if (completed instanceof Completed.File) return "_secant_files -f";
    if (completed instanceof Completed.Keys) {
      List<String> keys = Completed.keys().stream().map(key -> key.key() + "=").toList();
      return "_secant_keys '" + String.join(" ", keys) + "'";
    }
    return ":";
  }

  private void verbs(Map<String, Command> commands) {
    line("  case \"$COMP_CWORD $command $word\" in");
    line("    *' -'*) ;;");
    for (Command c : commands.values()) {
      if (!c.verbs().isEmpty()) choice("'2 " + c.name() + " '*", words(c.verbs()));
      if (c.takesFiles()) choice("*' " + c.name() + " '*", "_secant_files -f");
    }
    line("    *) return ;;").line("  esac");
  }

  private void flags(Map<String, Command> commands) {
    line("  case \"$command\" in");
    for (Command c : commands.values())
      choice(c.name(), words(c.flags().stream().map(Flag::spelling).toList()));
    line("  esac");
  }

  private void choice(String pattern, String action) {
    line("    " + pattern + ") " + action + "; return ;;");
  }

  private static String words(Iterable<String> words) {
    return "_secant_words '" + String.join(" ", words) + "'";
  }

  private BashCompletion line(String content) {
    text.append(content).append('\n');
    return this;
  }
}
