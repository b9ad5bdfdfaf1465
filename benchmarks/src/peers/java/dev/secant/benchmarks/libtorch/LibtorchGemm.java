// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import dev.secant.benchmarks.contest.ControlProblem;
import dev.secant.benchmarks.contest.Inputs;
import org.bytedeco.pytorch.Tensor;

/** A square matrix product. */
final class LibtorchGemm extends Eager {
  private static final int N = ControlProblem.GEMM;
  private final Tensor a = Tensors.of(Inputs.floats(N * N, 1), N, N);
  private final Tensor b = Tensors.of(Inputs.floats(N * N, 2), N, N);

  @Override
  Tensor[] compute() {
    return new Tensor[] {a.mm(b)};
  }
}
