// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.train.RunProbe;
import dev.secant.lab.train.Trainer;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] words) {
    StopRequest stop = StopRequest.onSignals();
    Launchers launchers = new Launchers(Trainer::run, RunProbe::run, stop);
    Console console = Console.system();
    int code = new CommandLineProgram(console, launchers).run(words);
    // During a shutdown by a signal the exit code is 130 or 143 already, and exit would wait for
    // ever.
    if (stop.stopping()) return;
    console.out().flush();
    Runtime.getRuntime().halt(code);
  }
}
