// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.OptionSpec;
import java.util.Map;

/** A script that completes calls in zsh: read by a shell, or as _secant in a folder of $fpath. */
final class ZshCompletion {
  private static final String HEAD = "#compdef secant\n# Written by: secant completion zsh\n";

  private static final String TAIL =
      """
      if [ "$funcstack[1]" = _secant ]; then
        _secant "$@"
      else
        (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
        compdef _secant secant
      fi
      """;

  private final StringBuilder text = new StringBuilder(HEAD);

  private ZshCompletion() {}

  static String script(Map<String, Command> commands) {
    ZshCompletion script = new ZshCompletion();
    script.keys();
    script.line("_secant() {").line("  local -a commands=(");
    for (Command c : commands.values())
      script.line("    '" + c.name() + ":" + quoted(c.summary()) + "'");
    script.line("  )");
    script.line("  if (( CURRENT == 2 )); then _describe command commands; return; fi");
    script.line("  shift words; (( CURRENT-- ))");
    script.line("  case $words[1] in");
    commands.values().forEach(script::command);
    script.line("  esac").line("}");
    return script.text.append(TAIL).toString();
  }

  private void keys() {
    line("_secant_keys() {").line("  _values key \\");
    for (OptionSpec key : Completed.keys()) {
      String spec = key.key() + "[" + quoted(key.description()) + "]:value:";
      line("    '" + spec + action(Completed.of(key)) + "' \\");
    }
    line("    ;").line("}");
  }

  private void command(Command c) {
    line("    " + c.name() + ") _arguments -S \\");
    for (Flag f : c.flags()) line("      '" + flag(f) + "' \\");
    if (!c.verbs().isEmpty()) line("      '1:word:(" + String.join(" ", c.verbs()) + ")' \\");
    if (c.takesFiles()) line("      '*:file:_files' \\");
    line("      ;;");
  }

  /** {@code --name[description]:argument:action}. */
  private static String flag(Flag f) {
    String spec = (f.repeats() ? "*" : "") + f.spelling() + "[" + quoted(f.description()) + "]";
    return f.argument() == null
        ? spec
        : spec + ":" + quoted(f.argument()) + ":" + action(Completed.of(f));
  }

  private static String action(Completed completed) {
    if (completed instanceof Completed.Words w) return "(" + String.join(" ", w.words()) + ")";
    if (completed instanceof Completed.Folder) return "_files -/";
    if (completed instanceof Completed.File) return "_files";
    return completed instanceof Completed.Keys ? "_secant_keys" : " ";
  }

  /** Without what zsh would read in a quoted specification. */
  private static String quoted(String text) {
    return text.replace("'", "").replace("[", "(").replace("]", ")").replace(":", " ");
  }

  private ZshCompletion line(String content) {
    text.append(content).append('\n');
    return this;
  }
}
