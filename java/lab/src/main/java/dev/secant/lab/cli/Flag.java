// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.OptionSpec;
import dev.secant.lab.config.Options;
import java.util.ArrayList;
import java.util.List;

/**
 * An option of a command.
 *
 * @param name without its dashes
 * @param argument word for its value, or null for a switch
 * @param repeats may be given several times
 * @param group heading in help
 */
record Flag(String name, String argument, boolean repeats, String group, String description) {
  static final Flag HELP = toggle("help", "show this help");
  static final Flag DEBUG = toggle("debug", "show stack traces");
  static final Flag QUIET = toggle("quiet", "results and errors only, no progress");
  static final Flag JSON = toggle("json", "JSON on standard output, messages on standard error");
  static final Flag OVERWRITE = toggle("overwrite", "replace an earlier run in the output folder");

  static Flag toggle(String name, String description) {
    return new Flag(name, null, false, "General", description);
  }

  static Flag value(String name, String argument, String description) {
    return new Flag(name, argument, false, "General", description);
  }

  /** Every option of a run that has a flag. */
  static List<Flag> ofRuns() {
    List<Flag> flags = new ArrayList<>();
    for (OptionSpec spec : Options.all().values()) {
      if (spec.flag()) flags.add(of(spec));
    }
    return flags;
  }

  private static Flag of(OptionSpec spec) {
    String text = spec.description() + " [" + spec.fallback() + "]";
    return new Flag(spec.key(), spec.type().placeholder(), false, spec.group(), text);
  }

  /** {@code -o} is the only one with one dash. */
  boolean isShort() {
    return name.equals("o");
  }

  String spelling() {
    return (isShort() ? "-" : "--") + name;
  }
}
