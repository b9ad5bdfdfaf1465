// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import dev.secant.benchmarks.contest.MixProblem;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Per point a gather of bytes, a conversion and a product, in place where that serves. Weights sum
 * to 1, so normalisation comes once, after mixing.
 */
final class LibtorchMix extends Eager {
  private final Tensor pool;
  private final Tensor[] images;
  private final Tensor[] lambda;
  private final Scalar scale = new Scalar(MixProblem.SCALE);
  private final Scalar shift = new Scalar(MixProblem.SHIFT);
  private final boolean bf16;

  LibtorchMix(MixProblem p) {
    pool =
        Tensors.of(
            p.pool(), MixProblem.POOL, MixProblem.SIDE, MixProblem.SIDE, MixProblem.CHANNELS);
    images = new Tensor[p.k()];
    lambda = new Tensor[p.k()];
    for (int k = 0; k < p.k(); k++) {
      images[k] = Tensors.of(Tensors.column(p.images(), p.k(), k), p.n());
      lambda[k] = Tensors.of(Tensors.column(p.lambda(), p.k(), k), p.n(), 1, 1, 1);
    }
    bf16 = p.bf16();
  }

  @Override
  Tensor[] compute() {
    try (NoGradGuard guard = new NoGradGuard()) {
      Tensor sum = point(0);
      for (int k = 1; k < images.length; k++) sum.add_(point(k));
      sum.mul_(scale).add_(shift);
      return new Tensor[] {bf16 ? sum.to(torch.ScalarType.BFloat16) : sum};
    }
  }

  private Tensor point(int k) {
    Tensor values = pool.index_select(0, images[k]).to(torch.ScalarType.Float);
    values.mul_(lambda[k]);
    return values;
  }
}
