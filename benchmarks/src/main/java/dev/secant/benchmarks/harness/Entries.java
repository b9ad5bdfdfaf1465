// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Which problems are timed, and who competes in each. */
public final class Entries {
  private static final List<String> SHORT =
      List.of(
          "control kind=gemm",
          "mix n=128 k=2",
          "nonlin d=32768",
          "nonlin d=32768 fields=1",
          "nonlin d=all",
          "consistency n=128 c=10",
          "dirichlet n=4096 k=2",
          "call kind=static",
          "call kind=op",
          "step method=erm",
          "step method=erm precision=bf16");

  private static final List<String> FULL =
      List.of(
          "mix n=128 k=4",
          "mix n=128 k=8",
          "mix n=4096 k=2",
          "mix n=65536 k=2",
          "mix n=65536 k=4",
          "mix n=65536 k=8",
          "mix n=128 k=2 type=bf16",
          "mix n=65536 k=2 type=bf16",
          "nonlin d=16384",
          "nonlin d=8192",
          "nonlin d=128",
          "nonlin d=10",
          "consistency n=128 c=10 k=4",
          "consistency n=128 c=100",
          "consistency n=4096 c=10",
          "consistency n=65536 c=10",
          "dirichlet n=128 k=2",
          "dirichlet n=4096 k=4",
          "probe images=512",
          "step method=mixup",
          "step method=ict k=2",
          "step method=ict k=4",
          "step method=mixup precision=bf16",
          "step method=ict k=2 precision=bf16",
          "step method=ict k=4 precision=bf16",
          "probe images=512 precision=bf16");

  private Entries() {}

  /** Of {@code ./secant bench}, and with {@code full} the rest too. */
  public static List<Problem> problems(boolean full) {
    Stream<String> texts = full ? Stream.concat(SHORT.stream(), FULL.stream()) : SHORT.stream();
    return texts.map(Problem::parse).toList();
  }

  /** Everybody who competes, problem by problem. */
  public static List<Entry> of(List<Problem> problems, List<Program> programs) {
    List<Entry> entries = new ArrayList<>();
    for (Problem problem : problems)
      for (Program program : programs)
        if (program.contender(problem).isPresent()) entries.add(new Entry(problem, program.name()));
    return entries;
  }
}
