// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import java.util.Collection;

/** Help as text or JSON. */
final class Help {
  private Help() {}

  static void overview(Collection<Command> commands, boolean json, Console console) {
    if (json) console.out().println(HelpJson.overview(commands));
    else console.out().print(HelpText.overview(commands));
  }

  static void command(Command command, boolean json, Console console) {
    if (json) console.out().println(HelpJson.command(command));
    else console.out().print(HelpText.command(command));
  }

  /** The keys of all options of a run. */
  static void options(boolean json, Console console) {
    if (json) console.out().println(HelpJson.options());
    else console.out().print(HelpText.options());
  }
}
