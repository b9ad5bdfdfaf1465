// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Calls of the program within this process, and what the last one wrote. */
final class Calls {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Launchers launchers;

  /** Of commands that start nothing. */
  Calls() {
    this(new Launchers(null, null, (request, pause) -> null, new StopRequest()));
  }

  Calls(Launchers launchers) {
    this.launchers = launchers;
  }

  /** The exit code. */
  int run(String... words) {
    out.reset();
    err.reset();
    Console console = new Console(stream(out), stream(err), false);
    return new CommandLineProgram(console, launchers).run(words);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
