// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Programs;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Secant is timed with allocates nothing on the Java heap: the least of a few passes, for the
 * JVM allocates some hundred bytes on a thread whenever it compiles what runs there anew.
 */
class AllocationTest {
  private static final int PASSES = 5;
  private static final int RUNS = 10;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mix n=8 k=2",
        "consistency n=8",
        "nonlin n=2 d=128",
        "dirichlet n=8",
        "call kind=static",
        "call kind=op",
        "step depth=10 width=1 batch=4",
        "step method=ict depth=10 width=1 batch=4"
      })
  void aRunAllocatesNothing(String problem) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Contender secant = Programs.enter("secant", Problem.parse(problem))) {
      long least = Long.MAX_VALUE;
      for (int pass = 0; pass < PASSES; pass++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < RUNS; i++) secant.run();
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(least).isZero();
    }
  }
}
