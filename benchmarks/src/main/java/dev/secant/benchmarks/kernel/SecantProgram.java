// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.CallProblem;
import dev.secant.benchmarks.contest.ConsistencyProblem;
import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.ControlProblem;
import dev.secant.benchmarks.contest.DirichletProblem;
import dev.secant.benchmarks.contest.MixProblem;
import dev.secant.benchmarks.contest.NonLinProblem;
import dev.secant.benchmarks.contest.ProbeProblem;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Program;
import dev.secant.benchmarks.contest.StepProblem;
import java.util.Optional;
import java.util.function.Supplier;

/** Secant's CPU backend: ops planned once, run often. */
public final class SecantProgram implements Program {
  public static final String NAME = "secant";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    try (PlannedOp op = PlannedOp.call(new CallProblem("op"))) {
      return op.description();
    }
  }

  @Override
  public Optional<Supplier<Contender>> contender(Problem problem) {
    if (problem instanceof MixProblem p) return Optional.of(() -> PlannedOp.mix(p));
    if (problem instanceof ConsistencyProblem p) return Optional.of(() -> PlannedOp.consistency(p));
    if (problem instanceof NonLinProblem p && p.fields() == 4)
      return Optional.of(() -> PlannedOp.nonlin(p));
    if (problem instanceof DirichletProblem p) return Optional.of(() -> new DirichletDraws(p));
    if (problem instanceof CallProblem p)
      return Optional.of(() -> p.kind().equals("op") ? PlannedOp.call(p) : new StaticCall());
    if (problem instanceof StepProblem p) return Optional.of(() -> new TrainingStep(p));
    if (problem instanceof ProbeProblem p) return Optional.of(() -> new WholeProbe(p));
    if (problem instanceof ControlProblem p && p.kind().equals("gemm"))
      return Optional.of(() -> PlannedOp.gemm());
    return Optional.empty();
  }
}
