// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Completion scripts. Each knows the commands, the options of each command, the words that an
 * option may take where there are few, and completes files everywhere else.
 */
final class Completion {
  private static final String HEAD = "# Written by: secant completion %s%n";

  /** Commands of the launcher, which the program does not know. */
  private static final List<String> LAUNCHER = List.of("test", "bundle");

  private Completion() {}

  static String bash(Map<String, Command> commands) {
    StringBuilder text = new StringBuilder(HEAD.formatted("bash"));
    text.append("_secant() {\n");
    text.append("  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n");
    text.append("  if [ \"$COMP_CWORD\" = 1 ]; then\n");
    text.append("    COMPREPLY=($(compgen -W '")
        .append(names(commands))
        .append("' -- \"$word\"))\n");
    text.append("    return\n  fi\n");
    text.append("  case \"${COMP_WORDS[1]} $before\" in\n");
    for (Command c : commands.values()) {
      for (Flag f : c.flags()) {
        if (values(f).isEmpty()) continue;
        text.append("    '").append(c.name()).append(' ').append(f.spelling()).append("')\n");
        text.append("      COMPREPLY=($(compgen -W '")
            .append(String.join(" ", values(f)))
            .append("' -- \"$word\")); return ;;\n");
      }
    }
    text.append(
        "  esac\n  case \"$word\" in -*) ;; *) COMPREPLY=($(compgen -f -- \"$word\")); return ;; esac\n");
    text.append("  case \"${COMP_WORDS[1]}\" in\n");
    for (Command c : commands.values()) {
      text.append("    ").append(c.name()).append(") COMPREPLY=($(compgen -W '");
      text.append(String.join(" ", c.flags().stream().map(Flag::spelling).toList()));
      text.append("' -- \"$word\")) ;;\n");
    }
    return text.append("  esac\n}\ncomplete -o filenames -F _secant secant ./secant\n").toString();
  }

  static String zsh(Map<String, Command> commands) {
    StringBuilder text = new StringBuilder("#compdef secant\n" + HEAD.formatted("zsh"));
    text.append("_secant() {\n  local -a commands=(\n");
    for (Command c : commands.values())
      text.append("    '").append(c.name()).append(':').append(quoted(c.summary())).append("'\n");
    for (String name : LAUNCHER) text.append("    '").append(name).append("'\n");
    text.append("  )\n  if (( CURRENT == 2 )); then _describe command commands; return; fi\n");
    text.append("  case $words[2] in\n");
    for (Command c : commands.values()) {
      text.append("    ").append(c.name()).append(") _arguments -S \\\n");
      for (Flag f : c.flags()) text.append("      '").append(zsh(f)).append("' \\\n");
      text.append("      '*:file:_files' ;;\n");
    }
    return text.append("  esac\n}\ncompdef _secant secant ./secant\n").toString();
  }

  /** {@code --name[description]:argument:values or files}. */
  private static String zsh(Flag f) {
    String spec = (f.repeats() ? "*" : "") + f.spelling() + "[" + quoted(f.description()) + "]";
    if (f.argument() == null) return spec;
    List<String> values = values(f);
    String action = values.isEmpty() ? "_files" : "(" + String.join(" ", values) + ")";
    return spec + ":" + quoted(f.argument()) + ":" + action;
  }

  /** Without what zsh would read in a quoted specification. */
  private static String quoted(String text) {
    return text.replace("'", "").replace("[", "(").replace("]", ")").replace(":", " ");
  }

  static String fish(Map<String, Command> commands) {
    StringBuilder text = new StringBuilder(HEAD.formatted("fish"));
    for (Command c : commands.values())
      line(text, "__fish_use_subcommand", "-f -a " + c.name(), c.summary());
    for (String name : LAUNCHER) line(text, "__fish_use_subcommand", "-f -a " + name, "");
    for (Command c : commands.values()) {
      for (Flag f : c.flags()) {
        String option = f.isShort() ? "-s " + f.name() : "-l " + f.name();
        List<String> values = values(f);
        String argument =
            f.argument() == null
                ? ""
                : values.isEmpty() ? " -r" : " -x -a '" + String.join(" ", values) + "'";
        String when = "'__fish_seen_subcommand_from " + c.name() + "'";
        line(text, when, option + argument, f.description());
      }
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String when, String what, String description) {
    text.append("complete -c secant -n ").append(when).append(' ').append(what);
    if (!description.isEmpty())
      text.append(" -d '")
          .append(description.replace("\\", "\\\\").replace("'", "\\'"))
          .append('\'');
    text.append('\n');
  }

  private static String names(Map<String, Command> commands) {
    List<String> names = new ArrayList<>(commands.keySet());
    names.addAll(LAUNCHER);
    return String.join(" ", names);
  }

  /** The words that an option may take, where its placeholder lists them. */
  private static List<String> values(Flag f) {
    if (f.argument() == null || !f.argument().matches("[a-z0-9-]+(\\|[a-z0-9-]+)+"))
      return List.of();
    return List.of(f.argument().split("\\|"));
  }
}
