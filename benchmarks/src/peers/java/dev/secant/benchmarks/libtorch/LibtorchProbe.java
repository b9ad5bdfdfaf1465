// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.Networks;
import dev.secant.benchmarks.contest.ProbeProblem;
import dev.secant.lab.data.Images;
import dev.secant.lab.data.ProbePairs;
import dev.secant.nn.WideResNetSpec;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A probe in tensor operations: images in the order of their pairs, chunk by chunk with the first
 * image of the next one, both forward passes, distances of six layers. What Secant measures beside
 * (three more fields, the evaluation) is left out.
 */
final class LibtorchProbe implements Contender {
  private static final int CHUNK = 128;
  private static final int WAYS = 2;

  private final ProbeProblem problem;
  private final Tensor pool;
  private final ProbePairs pairs;
  private final LibtorchNet net;
  private final double[] distances = new double[WideResNetSpec.LAYERS];

  LibtorchProbe(ProbeProblem problem) {
    this(problem, LibtorchStep.Start.of(Networks.spec(problem.depth(), problem.width())));
  }

  LibtorchProbe(ProbeProblem problem, LibtorchStep.Start start) {
    this.problem = problem;
    Images images = Networks.images().test().first(problem.images());
    this.pool = Tensors.of(images);
    this.pairs = ProbePairs.draw(problem.images(), WAYS, Networks.run(problem).method().probeAlpha());
    WideResNetSpec spec = Networks.spec(problem.depth(), problem.width());
    this.net = new LibtorchNet(spec, start.weights(), start.statistics(), true);
    if (problem.bf16())
      torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
  }

  @Override
  public void run() {
    java.util.Arrays.fill(distances, 0);
    for (int begin = 0; begin < problem.images(); begin += CHUNK)
      chunk(begin, Math.min(CHUNK, problem.images() - begin));
    for (int l = 0; l < distances.length; l++) distances[l] /= problem.images();
  }

  private void chunk(int begin, int size) {
    boolean bf16 = problem.bf16();
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      if (bf16) torch.set_autocast_enabled(torch.DeviceType.CPU, true);
      int[] order = new int[size + WAYS - 1];
      for (int i = 0; i < order.length; i++)
        order[i] = pairs.order()[(begin + i) % problem.images()];
      Tensor bytes = pool.index_select(0, Tensors.of(order, order.length));
      Tensor x = bytes.to(torch.ScalarType.Float).mul_(new Scalar(1 / 127.5)).add_(new Scalar(-1.0));
      Tensor clean = x.permute(0, 3, 1, 2);
      Tensor[] rows = new Tensor[WAYS];
      Tensor[] lambda = new Tensor[WAYS];
      Tensor[] flat = new Tensor[WAYS];
      for (int k = 0; k < WAYS; k++) {
        int shift = k;
        int[] partners = new int[size];
        float[] weights = new float[size];
        for (int b = 0; b < size; b++) {
          partners[b] = b + shift;
          weights[b] = pairs.lambda()[(begin + b) * WAYS + k];
        }
        rows[k] = Tensors.of(partners, size);
        lambda[k] = Tensors.of(weights, size, 1, 1, 1);
        flat[k] = Tensors.of(weights, size, 1);
      }
      List<Tensor> points = net.layers(clean, LibtorchNet.Norm.RUNNING);
      List<Tensor> mixed =
          net.layers(Tensors.mixed(clean, rows, lambda), LibtorchNet.Norm.RUNNING);
      if (bf16) {
        torch.set_autocast_enabled(torch.DeviceType.CPU, false);
        torch.clear_cache();
      }
      for (int l = 0; l < distances.length; l++)
        distances[l] +=
            LibtorchNonLin.fields(rows(points.get(l)), rows(mixed.get(l)), rows, flat, 1)
                .sum()
                .item_double();
    }
  }

  /** (N, D) in any order of the features: distances do not depend on it. */
  private static Tensor rows(Tensor activations) {
    Tensor single = activations.to(torch.ScalarType.Float);
    if (single.dim() == 4) single = single.permute(0, 2, 3, 1);
    return single.reshape(single.size(0), -1);
  }

  @Override
  public double[] result() {
    return distances.clone();
  }
}
