// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.jmh;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Programs;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One contender, alone in its process, computing one problem again and again. Programs of the
 * profile {@code peers} are asked for by name: {@code -p program=libtorch}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public abstract class Contest {
  @Param("secant")
  public String program;

  private Contender contender;

  /** As {@link Problem#parse} takes it. */
  abstract String problem();

  /** On the thread that measures: teams of threads belong to it. */
  @Setup
  public void enter() {
    contender = Programs.enter(program, Problem.parse(problem()));
  }

  @TearDown
  public void leave() {
    contender.close();
  }

  @Benchmark
  public void run() {
    contender.run();
  }
}
