// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.OptionSpec;
import dev.secant.lab.config.Options;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Help as plain text. */
final class HelpText {
  private static final int INDENT = 2;
  private static final int COLUMN = 32;

  private HelpText() {}

  static String overview(Collection<Command> commands) {
    StringBuilder text = new StringBuilder();
    text.append(
        "secant: how linear are the layers of a network, and what does mixup do to them?\n\n");
    text.append("usage: secant COMMAND [option...]\n\n");
    for (Command command : commands) row(text, command.name(), command.summary());
    if (Bundle.folder().isEmpty()) {
      row(text, "test", "build everything and run all tests");
      row(text, "bundle", "pack an archive that runs without Java, Maven and CMake");
    }
    String first = Bundle.folder().isEmpty() ? "quickstart" : "doctor";
    return text.append("\nStart with: ./secant " + first + "\n").toString();
  }

  static String command(Command command) {
    StringBuilder text = new StringBuilder();
    text.append("usage: secant ")
        .append(command.name())
        .append(' ')
        .append(command.usage())
        .append('\n');
    byGroup(command.flags())
        .forEach(
            (group, flags) -> {
              text.append('\n').append(group).append(":\n");
              flags.forEach(flag -> row(text, left(flag), flag.description()));
            });
    if (!command.footer().isEmpty()) text.append('\n').append(command.footer()).append('\n');
    return text.toString();
  }

  static String options() {
    StringBuilder text = new StringBuilder("Keys of a configuration file and of -o KEY=VALUE:\n");
    String group = "";
    for (OptionSpec spec : Options.all().values()) {
      if (!spec.group().equals(group)) text.append('\n').append(group = spec.group()).append(":\n");
      String accepted = spec.type().placeholder();
      row(text, spec.key() + "=" + accepted, spec.description() + " [" + spec.fallback() + "]");
    }
    return text.toString();
  }

  private static Map<String, List<Flag>> byGroup(List<Flag> flags) {
    Map<String, List<Flag>> groups = new LinkedHashMap<>();
    for (Flag flag : flags) groups.computeIfAbsent(flag.group(), g -> new ArrayList<>()).add(flag);
    return groups;
  }

  private static String left(Flag flag) {
    return flag.argument() == null ? flag.spelling() : flag.spelling() + " " + flag.argument();
  }

  private static void row(StringBuilder text, String left, String right) {
    text.append(" ".repeat(INDENT)).append(left);
    int gap = COLUMN - INDENT - left.length();
    text.append(gap > 0 ? " ".repeat(gap) : "\n" + " ".repeat(COLUMN)).append(right).append('\n');
  }
}
