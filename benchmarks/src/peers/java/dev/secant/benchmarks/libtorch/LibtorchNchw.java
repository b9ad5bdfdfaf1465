// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Program;
import dev.secant.benchmarks.contest.StepProblem;
import dev.secant.benchmarks.contest.TorchBf16;
import java.util.Optional;
import java.util.function.Supplier;

/** The same with PyTorch's own layout of images: which is faster depends on the processor. */
public final class LibtorchNchw implements Program {
  @Override
  public String name() {
    return "libtorch-nchw";
  }

  @Override
  public String version() {
    return new Libtorch().version();
  }

  @Override
  public Optional<Supplier<Contender>> contender(Problem problem) {
    if (!(problem instanceof StepProblem p) || TorchBf16.leavesOut(p)) return Optional.empty();
    return Optional.of(() -> new LibtorchStep(p, false));
  }
}
