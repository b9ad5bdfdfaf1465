// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The programs that compete. Some are in the build only where they can be compiled. */
public final class Programs {
  /** Cores that every program may use. */
  public static final int THREADS =
      Integer.getInteger("secant.bench.threads", Runtime.getRuntime().availableProcessors());

  private static final List<String> CLASSES =
      List.of(
          "dev.secant.benchmarks.kernel.SecantProgram",
          "dev.secant.benchmarks.libtorch.Libtorch",
          "dev.secant.benchmarks.libtorch.LibtorchNchw",
          "dev.secant.benchmarks.kernel.PythonTorch",
          "dev.secant.benchmarks.vector.VectorApi",
          "dev.secant.benchmarks.kernel.PlainJava",
          "dev.secant.benchmarks.kernel.CommonsRng");

  private Programs() {}

  /** Those of this build. */
  public static List<Program> all() {
    List<Program> found = new ArrayList<>();
    for (String name : CLASSES) {
      try {
        found.add((Program) Class.forName(name).getConstructor().newInstance());
      } catch (ClassNotFoundException e) {
        continue; // of a profile that was off
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot make the program " + name, e);
      }
    }
    return found;
  }

  public static Optional<Program> named(String name) {
    return all().stream().filter(program -> program.name().equals(name)).findFirst();
  }

  /**
   * A contender that can run.
   *
   * @throws IllegalArgumentException when there is no such program, or it has none
   */
  public static Contender enter(String name, Problem problem) {
    Program program =
        named(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no program is called "
                            + name
                            + "; there are "
                            + all().stream().map(Program::name).toList()));
    return program
        .contender(problem)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    name + " has no contender for " + problem.text() + " here"))
        .get();
  }
}
