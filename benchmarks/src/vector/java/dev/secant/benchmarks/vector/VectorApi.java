// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.vector;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.ControlProblem;
import dev.secant.benchmarks.contest.MixProblem;
import dev.secant.benchmarks.contest.NonLinProblem;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Program;
import java.util.Optional;
import java.util.function.Supplier;

/** Java's Vector API, where the Java machine was started with its incubator module. */
public final class VectorApi implements Program {
  private static final String MODULE = "jdk.incubator.vector";

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public String version() {
    return MODULE + " of Java " + System.getProperty("java.runtime.version");
  }

  @Override
  public Optional<Supplier<Contender>> contender(Problem problem) {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) return Optional.empty();
    if (problem instanceof MixProblem p && !p.bf16() && p.k() == 2)
      return Optional.of(() -> new VectorMix(p));
    if (problem instanceof NonLinProblem p && p.fields() == 4)
      return Optional.of(() -> new VectorNonLin(p));
    if (problem instanceof ControlProblem p && p.kind().equals("fma"))
      return Optional.of(() -> new VectorFma());
    if (problem instanceof ControlProblem p && p.kind().equals("read"))
      return Optional.of(() -> new VectorRead());
    return Optional.empty();
  }
}
