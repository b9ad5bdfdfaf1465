// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.OptionSpec;
import dev.secant.lab.config.Options;
import dev.secant.lab.error.ExitCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Help as plain text, a command's in the order of a manual page. */
final class HelpText {
  private static final int COLUMN = 32;
  private static final int WIDTH = 100;
  private static final String MARGIN = "    ";

  private final StringBuilder text = new StringBuilder();

  private HelpText() {}

  static String overview(Collection<Command> commands) {
    HelpText help = new HelpText();
    help.line("secant: how linear are the layers of a network, and what does mixup do to them?");
    help.line("");
    help.line("usage: secant COMMAND [option...]");
    help.line("");
    for (Command command : commands) help.row("  ", command.name(), command.summary());
    String first = Bundle.folder().isEmpty() ? "quickstart" : "doctor";
    help.line("");
    help.line("Start with: ./secant " + first + ". On each: ./secant help COMMAND.");
    return help.text.toString();
  }

  static String command(Command command) {
    HelpText help = new HelpText();
    Manual manual = Manual.of(command);
    help.heading("NAME");
    help.line(MARGIN + "secant " + command.name() + " - " + command.summary());
    help.heading("USAGE");
    help.line(MARGIN + "secant " + command.name() + " " + command.usage());
    help.heading("DESCRIPTION");
    manual.description().lines().forEach(line -> help.line((MARGIN + line).stripTrailing()));
    help.options(command.flags());
    help.heading("EXAMPLES");
    help.entries(manual.examples());
    help.heading("EXIT CODES");
    for (int code : manual.exitCodes()) {
      help.line(MARGIN + String.format("%-5d", code) + ExitCode.meaning(code));
    }
    if (!manual.files().isEmpty()) {
      help.heading("FILES");
      help.entries(manual.files());
    }
    help.heading("SEE ALSO");
    help.line(MARGIN + String.join(", ", manual.seeAlso()));
    return help.text.toString();
  }

  static String options() {
    HelpText help = new HelpText();
    help.line("Keys of a configuration file and of -o KEY=VALUE:");
    String group = "";
    for (OptionSpec spec : Options.all().values()) {
      if (!spec.group().equals(group)) {
        help.line("");
        help.line((group = spec.group()) + ":");
      }
      String accepted = spec.type().placeholder();
      help.row(
          "  ", spec.key() + "=" + accepted, spec.description() + " [" + spec.fallback() + "]");
    }
    return help.text.toString();
  }

  private void options(List<Flag> flags) {
    heading("OPTIONS");
    Map<String, List<Flag>> groups = new LinkedHashMap<>();
    for (Flag flag : flags) groups.computeIfAbsent(flag.group(), g -> new ArrayList<>()).add(flag);
    boolean first = true;
    for (Map.Entry<String, List<Flag>> group : groups.entrySet()) {
      if (!first) line("");
      first = false;
      if (groups.size() > 1) line("  " + group.getKey() + ":");
      group.getValue().forEach(flag -> row(MARGIN, left(flag), flag.description()));
    }
  }

  private static String left(Flag flag) {
    return flag.argument() == null ? flag.spelling() : flag.spelling() + " " + flag.argument();
  }

  private void entries(List<Manual.Entry> entries) {
    for (Manual.Entry entry : entries) {
      line(MARGIN + entry.name());
      wrapped(MARGIN + MARGIN, entry.meaning());
    }
  }

  private void heading(String name) {
    if (text.length() > 0) line("");
    line(name);
  }

  private void line(String content) {
    text.append(content).append('\n');
  }

  /** The right side in a column of its own, below where the left side is too long for that. */
  private void row(String margin, String left, String right) {
    String start = margin + left;
    boolean fits = start.length() + 2 <= COLUMN;
    if (!fits) line(start);
    int at = text.length();
    wrapped(" ".repeat(COLUMN), right);
    if (fits) text.replace(at, at + start.length(), start);
  }

  private void wrapped(String margin, String content) {
    StringBuilder line = new StringBuilder(margin);
    for (String word : content.split(" ")) {
      boolean first = line.length() == margin.length();
      if (!first && line.length() + 1 + word.length() > WIDTH) {
        line(line.toString());
        line.setLength(margin.length());
        first = true;
      }
      line.append(first ? "" : " ").append(word);
    }
    line(line.toString());
  }
}
