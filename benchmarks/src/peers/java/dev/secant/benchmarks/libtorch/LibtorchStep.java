// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.Networks;
import dev.secant.benchmarks.contest.StepDraws;
import dev.secant.benchmarks.contest.StepProblem;
import dev.secant.lab.data.Images;
import dev.secant.nn.WideResNetSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OptimizerParamGroup;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A training step as a PyTorch user writes it: gather and mix images, forward, losses, backward,
 * AdamW with decay on kernels only, moving average of the weights. Neither crops nor flips. The
 * segments of an ICT step are forward passes of their own, the teacher's without gradient. bf16
 * under autocast.
 */
final class LibtorchStep implements Contender {
  private static final double LEARNING_RATE = 0.002;
  private static final double WEIGHT_DECAY = 0.02;
  private static final double EMA_DECAY = 0.999;

  private final StepProblem problem;
  private final boolean channelsLast;
  private final Tensor pool;
  private final int[] labels;
  private final LibtorchNet net;
  private final LibtorchNet average;
  private final AdamW optimiser;
  private final SplittableRandom random = new SplittableRandom(1);
  private final double[] losses = new double[2];
  private final Scalar scale = new Scalar(1 / 127.5);
  private final Scalar shift = new Scalar(-1.0);

  LibtorchStep(StepProblem problem, boolean channelsLast) {
    this(problem, channelsLast, Start.of(Networks.spec(problem.depth(), problem.width())));
  }

  /** Weights and statistics to begin with, by name. */
  record Start(Map<String, double[]> weights, Map<String, double[]> statistics) {
    /** As good as any for timing. */
    static Start of(WideResNetSpec spec) {
      Map<String, double[]> weights = new HashMap<>();
      SplittableRandom random = new SplittableRandom(7);
      for (var e : spec.parameters().entries()) {
        double[] values = new double[(int) e.shape().count()];
        double deviation = 0.1;
        for (int i = 0; i < values.length; i++)
          values[i] = e.name().endsWith("gamma") ? 1 : deviation * (random.nextDouble() - 0.5);
        weights.put(e.name(), values);
      }
      Map<String, double[]> statistics = new HashMap<>();
      for (var e : spec.statistics().entries()) {
        double[] values = new double[(int) e.shape().count()];
        if (e.name().endsWith("variance")) java.util.Arrays.fill(values, 1);
        statistics.put(e.name(), values);
      }
      return new Start(weights, statistics);
    }
  }

  LibtorchStep(StepProblem problem, boolean channelsLast, Start start) {
    this.problem = problem;
    this.channelsLast = channelsLast;
    Images images = Networks.images().train();
    this.pool = Tensors.of(images);
    this.labels = images.labels();
    WideResNetSpec spec = Networks.spec(problem.depth(), problem.width());
    this.net = new LibtorchNet(spec, start.weights(), start.statistics(), channelsLast);
    this.average = new LibtorchNet(spec, start.weights(), start.statistics(), channelsLast);
    net.requireGradients();
    this.optimiser = optimiser(net.parameters());
    if (problem.bf16()) torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
  }

  /** Kernels decay, batch norms and biases do not. */
  private static AdamW optimiser(List<Tensor> parameters) {
    TensorVector kernels = new TensorVector();
    TensorVector others = new TensorVector();
    for (Tensor p : parameters) (p.dim() > 1 ? kernels : others).push_back(p);
    AdamW made = new AdamW(kernels, options(WEIGHT_DECAY));
    made.add_param_group(new OptimizerParamGroup(others, options(0)));
    return made;
  }

  private static AdamWOptions options(double decay) {
    AdamWOptions options = new AdamWOptions(LEARNING_RATE);
    options.weight_decay().put(decay);
    return options;
  }

  @Override
  public void run() {
    run(StepDraws.of(problem, labels.length, random), 1);
  }

  /**
   * @param weight of the consistency loss
   */
  void run(StepDraws draws, double weight) {
    try (PointerScope scope = new PointerScope()) {
      optimiser.zero_grad();
      autocast(true);
      Tensor supervised = supervised(draws);
      Tensor consistency = problem.ict() ? consistency(draws) : null;
      autocast(false);
      Tensor loss =
          consistency == null ? supervised : supervised.add(consistency.mul(new Scalar(weight)));
      loss.backward();
      optimiser.step();
      net.averageInto(average, EMA_DECAY);
      losses[0] = supervised.item_double();
      if (consistency != null) losses[1] = consistency.item_double();
    }
  }

  /** Copies of weights in bf16 are kept for one step only. */
  private void autocast(boolean on) {
    if (!problem.bf16()) return;
    torch.set_autocast_enabled(torch.DeviceType.CPU, on);
    if (!on) torch.clear_cache();
  }

  private Tensor supervised(StepDraws draws) {
    if (!problem.method().equals("mixup")) {
      Tensor logits = net.logits(images(draws.labelled()), LibtorchNet.Norm.TRAIN);
      return torch.cross_entropy_loss(logits.to(torch.ScalarType.Float), classes(draws.labelled()));
    }
    Tensor[] rows = rows(draws);
    Tensor x = Tensors.mixed(images(draws.labelled()), rows, lambda(draws, 4));
    Tensor onehot =
        torch.one_hot(classes(draws.labelled()), 10).to(torch.ScalarType.Float);
    Tensor targets = Tensors.mixed(onehot, rows, lambda(draws, 2));
    Tensor logits = net.logits(x, LibtorchNet.Norm.TRAIN).to(torch.ScalarType.Float);
    return torch.cross_entropy_loss(logits, targets);
  }

  private Tensor consistency(StepDraws draws) {
    Tensor clean = images(draws.unlabelled());
    Tensor[] rows = rows(draws);
    Tensor mixedLogits;
    try (NoGradGuard guard = new NoGradGuard()) {
      Tensor teacher = average.logits(clean, LibtorchNet.Norm.BATCH);
      mixedLogits =
          Tensors.mixed(teacher.to(torch.ScalarType.Float), rows, lambda(draws, 2));
    }
    Tensor x = Tensors.mixed(clean, rows, lambda(draws, 4));
    Tensor student = net.logits(x, LibtorchNet.Norm.BATCH).to(torch.ScalarType.Float);
    return torch.mse_loss(student, mixedLogits);
  }

  /** (N, F, H, W), normalised. */
  private Tensor images(int[] indices) {
    Tensor bytes = pool.index_select(0, Tensors.of(indices, indices.length));
    Tensor x = bytes.to(torch.ScalarType.Float);
    x = x.mul_(scale).add_(shift).permute(0, 3, 1, 2);
    return channelsLast ? x : x.contiguous();
  }

  private Tensor classes(int[] indices) {
    int[] chosen = new int[indices.length];
    for (int i = 0; i < chosen.length; i++) chosen[i] = labels[indices[i]];
    return Tensors.of(chosen, chosen.length);
  }

  private Tensor[] rows(StepDraws draws) {
    Tensor[] rows = new Tensor[problem.k()];
    for (int k = 0; k < rows.length; k++)
      rows[k] = Tensors.of(Tensors.column(draws.rows(), rows.length, k), problem.batch());
    return rows;
  }

  /** (B, 1, ..) of so many axes each. */
  private Tensor[] lambda(StepDraws draws, int axes) {
    long[] dims = new long[axes];
    java.util.Arrays.fill(dims, 1);
    dims[0] = problem.batch();
    Tensor[] lambda = new Tensor[problem.k()];
    for (int k = 0; k < lambda.length; k++)
      lambda[k] = Tensors.of(Tensors.column(draws.lambda(), lambda.length, k), dims);
    return lambda;
  }

  Map<String, double[]> weights() {
    return net.weights();
  }

  Map<String, double[]> averages() {
    return average.weights();
  }

  @Override
  public double[] result() {
    return losses.clone();
  }
}
