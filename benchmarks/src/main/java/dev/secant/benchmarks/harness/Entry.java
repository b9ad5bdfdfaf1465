// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import dev.secant.benchmarks.contest.CallProblem;
import dev.secant.benchmarks.contest.ConsistencyProblem;
import dev.secant.benchmarks.contest.ControlProblem;
import dev.secant.benchmarks.contest.DirichletProblem;
import dev.secant.benchmarks.contest.MixProblem;
import dev.secant.benchmarks.contest.NonLinProblem;
import dev.secant.benchmarks.contest.ProbeProblem;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.StepProblem;
import dev.secant.benchmarks.jmh.CallBenchmark;
import dev.secant.benchmarks.jmh.ConsistencyBenchmark;
import dev.secant.benchmarks.jmh.Contest;
import dev.secant.benchmarks.jmh.ControlBenchmark;
import dev.secant.benchmarks.jmh.DirichletBenchmark;
import dev.secant.benchmarks.jmh.MixBenchmark;
import dev.secant.benchmarks.jmh.NonLinBenchmark;
import dev.secant.benchmarks.jmh.ProbeBenchmark;
import dev.secant.benchmarks.jmh.StepBenchmark;

/**
 * A program and what it computes.
 *
 * @param program name
 */
public record Entry(Problem problem, String program) {
  /** Whether an iteration is one run. */
  boolean slow() {
    return problem instanceof StepProblem || problem instanceof ProbeProblem;
  }

  /** The benchmark of JMH. */
  Class<? extends Contest> benchmark() {
    if (problem instanceof CallProblem) return CallBenchmark.class;
    if (problem instanceof ConsistencyProblem) return ConsistencyBenchmark.class;
    if (problem instanceof ControlProblem) return ControlBenchmark.class;
    if (problem instanceof DirichletProblem) return DirichletBenchmark.class;
    if (problem instanceof MixProblem) return MixBenchmark.class;
    if (problem instanceof NonLinProblem) return NonLinBenchmark.class;
    return problem instanceof StepProblem ? StepBenchmark.class : ProbeBenchmark.class;
  }

  @Override
  public String toString() {
    return program + ": " + problem.title();
  }
}
