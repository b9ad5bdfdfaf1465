// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.ControlProblem;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Program;
import dev.secant.benchmarks.contest.Programs;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the machine reaches, measured inside the process of a contender, before and after it: whose
 * clock fell or whose memory somebody else used is not compared with anything.
 */
final class Controls implements AutoCloseable {
  /** Measured in every process; {@code gemm} has contenders of its own. */
  static final String[] KINDS = {"copy", "read", "fma"};

  private static final int RUNS = 8;
  private static final int WARM_RUNS = 40;

  private final Map<ControlProblem, Contender> contenders = new LinkedHashMap<>();

  Controls() {
    for (String kind : KINDS) {
      ControlProblem problem = (ControlProblem) Problem.parse("control kind=" + kind);
      any(problem).ifPresent(contender -> contenders.put(problem, contender));
    }
  }

  private static Optional<Contender> any(ControlProblem problem) {
    return Programs.all().stream()
        .filter(Controls::light)
        .flatMap(program -> program.contender(problem).stream())
        .findFirst()
        .map(Supplier::get);
  }

  /** Java alone: a library's threads would stay in the process. */
  private static boolean light(Program program) {
    return program.name().equals("plain") || program.name().equals("vector");
  }

  /** Until they are compiled. */
  void warm() {
    for (Contender contender : contenders.values())
      for (int i = 0; i < WARM_RUNS; i++) contender.run();
  }

  /** The best of some runs: bytes or operations in a second. */
  Map<String, Double> rates() {
    Map<String, Double> rates = new LinkedHashMap<>();
    contenders.forEach(
        (problem, contender) ->
            rates.put(problem.kind(), amount(problem, contender) / seconds(contender)));
    return rates;
  }

  private static double amount(ControlProblem problem, Contender contender) {
    return problem.kind().equals("fma") ? contender.result()[0] : problem.bytes();
  }

  private static double seconds(Contender contender) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      contender.run();
      best = Math.min(best, System.nanoTime() - start);
    }
    return best / 1e9;
  }

  @Override
  public void close() {
    contenders.values().forEach(Contender::close);
  }
}
