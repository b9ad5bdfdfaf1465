// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.events.FlightEvents;
import dev.secant.lab.train.RunProbe;
import dev.secant.lab.train.Trainer;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] words) {
    StopRequest stop = StopRequest.onSignals();
    Launchers launchers = new Launchers(Trainer::run, Trainer::resume, RunProbe::run, stop);
    Console console = Console.system();
    int code = new CommandLineProgram(console, launchers).run(words);
    console.out().flush();
    // A flight recording is written by an orderly end; nobody else waits for one.
    if (FlightEvents.recorderStarted()) System.exit(code);
    Runtime.getRuntime().halt(code);
  }
}
