// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import dev.secant.benchmarks.contest.ConsistencyProblem;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Targets mixed without gradient, {@code mse_loss}, and its gradient by autograd. */
final class LibtorchConsistency extends Eager {
  private final Tensor student;
  private final Tensor targets;
  private final Tensor[] rows;
  private final Tensor[] lambda;

  LibtorchConsistency(ConsistencyProblem p) {
    student = Tensors.of(p.student(), p.n(), p.classes());
    targets = Tensors.of(p.targets(), p.n(), p.classes());
    rows = new Tensor[p.k()];
    lambda = new Tensor[p.k()];
    for (int k = 0; k < p.k(); k++) {
      rows[k] = Tensors.of(Tensors.column(p.rows(), p.k(), k), p.n());
      lambda[k] = Tensors.of(Tensors.column(p.lambda(), p.k(), k), p.n(), 1);
    }
  }

  @Override
  Tensor[] compute() {
    Tensor mixed;
    try (NoGradGuard guard = new NoGradGuard()) {
      mixed = Tensors.mixed(targets, rows, lambda);
    }
    Tensor leaf = student.detach();
    leaf.requires_grad_(true);
    Tensor loss = torch.mse_loss(leaf, mixed);
    loss.backward();
    return new Tensor[] {loss, leaf};
  }

  @Override
  public double[] result() {
    double[] gradient = Tensors.doubles(results()[1].grad());
    double[] all = new double[1 + gradient.length];
    all[0] = results()[0].item_double();
    System.arraycopy(gradient, 0, all, 1, gradient.length);
    return all;
  }
}
