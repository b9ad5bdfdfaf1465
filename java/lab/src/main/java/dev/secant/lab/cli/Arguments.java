// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.Nearest;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.error.UsageException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** The parsed words of a call. */
final class Arguments {
  private final CommandLine line;

  private Arguments(CommandLine line) {
    this.line = line;
  }

  /** Parses strictly: no abbreviations, nothing unknown, nothing twice. */
  static Arguments parse(Command command, List<String> words) {
    Options options = new Options();
    command.flags().forEach(flag -> options.addOption(option(flag)));
    try {
      DefaultParser parser =
          DefaultParser.builder()
              .setAllowPartialMatching(false)
              .setStripLeadingAndTrailingQuotes(false)
              .get();
      Arguments arguments = new Arguments(parser.parse(options, words.toArray(String[]::new)));
      arguments.refuseRepeated(command);
      arguments.refuseExtraWords(command);
      return arguments;
    } catch (UnrecognizedOptionException e) {
      throw unknown(command, e.getOption());
    } catch (MissingArgumentException e) {
      Option o = e.getOption();
      String spelling = o.getLongOpt() == null ? "-" + o.getOpt() : "--" + o.getLongOpt();
      throw new UsageException(spelling + " needs a value: " + o.getArgName());
    } catch (ParseException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }

  private static Option option(Flag flag) {
    Option.Builder builder =
        flag.isShort() ? Option.builder(flag.name()) : Option.builder().longOpt(flag.name());
    if (flag.argument() != null) builder.hasArg().argName(flag.argument());
    return builder.get();
  }

  private static UsageException unknown(Command command, String word) {
    String bare = word.replaceAll("^-+", "").replaceAll("=.*", "");
    List<String> names = command.flags().stream().map(Flag::name).toList();
    String hint =
        names.contains(TrainCommand.SET.name())
                && dev.secant.lab.config.Options.all().containsKey(bare)
                && !names.contains(bare)
            ? "; it is an option of the configuration: -o " + bare + "=..."
            : Nearest.hint("--", bare, names);
    return new UsageException(command.name() + ": unknown option \"" + word + "\"" + hint);
  }

  private void refuseRepeated(Command command) {
    for (Flag flag : command.flags()) {
      String[] values = line.getOptionValues(flag.name());
      if (!flag.repeats() && values != null && values.length > 1) {
        throw new UsageException(flag.spelling() + " is given " + values.length + " times");
      }
    }
  }

  private void refuseExtraWords(Command command) {
    if (line.getArgList().size() > command.words()) {
      String word = line.getArgList().get(command.words());
      throw new UsageException(
          command.name() + ": unexpected \"" + word + "\"; options start with --");
    }
  }

  boolean has(Flag flag) {
    return has(flag.name());
  }

  boolean has(String name) {
    return line.hasOption(name);
  }

  /** The value given, or null. */
  String value(String name) {
    return line.getOptionValue(name);
  }

  List<String> values(String name) {
    String[] values = line.getOptionValues(name);
    return values == null ? List.of() : List.of(values);
  }

  Path path(String name) {
    return has(name) ? Path.of(checked(name, new ValueType.FilePath("DIR", "none"))) : null;
  }

  /** The value in its canonical form, or null when not given; refused when not of that type. */
  String checked(String name, ValueType type) {
    if (!has(name)) return null;
    String canonical = type.canonical(value(name));
    if (canonical == null) {
      throw new UsageException(
          "--" + name + " must be " + type.expected() + ", not \"" + value(name) + "\"");
    }
    return canonical;
  }

  /**
   * The first word, one of those that the command knows.
   *
   * @throws UsageException when there is none or another
   */
  String verb(Command command) {
    String word = words().isEmpty() ? "" : words().get(0);
    List<String> verbs = command.verbs();
    if (verbs.contains(word)) return word;
    throw new UsageException(
        command.name()
            + ": expected "
            + String.join(", ", verbs).replaceFirst(", (?=[^,]*$)", " or ")
            + (word.isEmpty()
                ? ", as in secant " + command.name() + " " + verbs.get(0)
                : ", got \"" + word + "\"")
            + Nearest.hint("", word, verbs));
  }

  /** Words that are not options. */
  List<String> words() {
    return line.getArgList();
  }
}
