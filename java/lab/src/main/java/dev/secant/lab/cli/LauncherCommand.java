// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.error.UsageException;
import java.util.List;

/**
 * What ./secant does itself, before there is a program: it stands here for help and completion.
 * Bundles have none of them.
 */
record LauncherCommand(String name, String summary, String usage, List<Flag> flags)
    implements Command {

  static List<LauncherCommand> all() {
    return List.of(
        new LauncherCommand(
            "test", "build everything and run all tests", "[word of Maven...]", List.of(Flag.HELP)),
        new LauncherCommand(
            "torture",
            "run long what the tests run short, and say how often nothing went wrong",
            "[--minutes M] [--out DIR] [--json]",
            List.of(
                Flag.value("minutes", "M", "so long, all phases together [60]"),
                Flag.value("kills", "N", "kills at most [500]"),
                Flag.value("seed", "N", "what is drawn follows from it [1]"),
                Flag.value("out", "DIR", "new or empty folder to work in [runs/torture]"),
                Flag.JSON,
                Flag.HELP)),
        new LauncherCommand(
            "bench",
            "time kernels and training steps beside libtorch, Java and others",
            "[--full] [--record | --check] [--json]",
            List.of(
                Flag.toggle("full", "every size and method, an hour or two; else the short set"),
                Flag.value("only", "TEXT", "problems whose name contains it, of either set"),
                Flag.value("rounds", "N", "processes of every entry [2, with --full 3]"),
                Flag.value("wait", "M", "minutes to wait for a quiet machine, each time [10]"),
                Flag.toggle("noisy", "measure without waiting"),
                Flag.toggle("no-peers", "without libtorch, which is a download of 110 MB"),
                Flag.toggle("record", "keep the results, and fill the tables of the page"),
                Flag.toggle("check", "compare ratios with the recorded ones"),
                Flag.value("out", "FILE", "keep the results there [.secant/bench.json]"),
                Flag.JSON,
                Flag.HELP)),
        new LauncherCommand(
            "bundle",
            "pack an archive that runs without Java, Maven and CMake",
            "[--out FILE] [--with-kernels-source]",
            List.of(
                Flag.value("out", "FILE", "the archive [secant-VERSION-linux-x86_64.tar.xz]"),
                Flag.toggle(
                    "with-kernels-source", "the kernels' sources, and a script to build them"),
                Flag.HELP)));
  }

  static LauncherCommand named(String name) {
    return all().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
  }

  /** Of Maven's words test takes as many as there are. */
  @Override
  public int words() {
    return name.equals("test") ? Integer.MAX_VALUE : 0;
  }

  @Override
  public int run(Arguments arguments, Console console) {
    throw new UsageException(
        name + " is a command of the launcher in the source tree: ./secant " + name);
  }
}
