// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.OptionSpec;
import dev.secant.lab.config.Options;
import dev.secant.lab.config.ValueType;
import java.util.Collection;
import java.util.List;

/** What a shell can offer for the value of an option. */
sealed interface Completed {
  /** One of a few words. */
  record Words(List<String> words) implements Completed {}

  /** {@code KEY=VALUE}, of every option of a run. */
  record Keys() implements Completed {}

  record Folder() implements Completed {}

  record File() implements Completed {}

  /** A number, or whatever a shell cannot know. */
  record Unknown() implements Completed {}

  /** By the placeholder of the flag, which has an argument. */
  static Completed of(Flag flag) {
    if (flag.argument().matches("[a-z0-9-]+(\\|[a-z0-9-]+)+"))
      return new Words(List.of(flag.argument().split("\\|")));
    return switch (flag.argument()) {
      case "KEY=VALUE" -> new Keys();
      case "DIR" -> new Folder();
      case "FILE" -> new File();
      default -> new Unknown();
    };
  }

  static Collection<OptionSpec> keys() {
    return Options.all().values();
  }

  static Completed of(OptionSpec key) {
    if (key.type() instanceof ValueType.Choice choice) return new Words(choice.values());
    if (!(key.type() instanceof ValueType.FilePath path)) return new Unknown();
    return path.what().equals("DIR") ? new Folder() : new File();
  }
}
