// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import dev.secant.benchmarks.contest.NonLinProblem;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The definition in tensor operations, single precision. Normalises every point once. */
final class LibtorchNonLin extends Eager {
  private static final Scalar ONE = new Scalar(1.0);

  private final NonLinProblem problem;
  private final Tensor[] points;
  private final Tensor[] mixed;
  private final Tensor[] rows = new Tensor[NonLinProblem.ways()];
  private final Tensor[] lambda = new Tensor[NonLinProblem.ways()];

  LibtorchNonLin(NonLinProblem p) {
    problem = p;
    int layers = p.layers().size();
    points = new Tensor[layers];
    mixed = new Tensor[layers];
    for (int l = 0; l < layers; l++) {
      points[l] = Tensors.of(p.points(l), p.sources(), p.layers().get(l));
      mixed[l] = Tensors.of(p.mixed(l), p.n(), p.layers().get(l));
    }
    for (int k = 0; k < rows.length; k++) {
      rows[k] = Tensors.of(Tensors.column(p.rows(), rows.length, k), p.n());
      lambda[k] = Tensors.of(Tensors.column(p.lambda(), rows.length, k), p.n(), 1);
    }
  }

  @Override
  Tensor[] compute() {
    try (NoGradGuard guard = new NoGradGuard()) {
      Tensor[] fields = new Tensor[points.length];
      for (int l = 0; l < fields.length; l++)
        fields[l] = fields(points[l], mixed[l], rows, lambda, problem.fields());
      return fields;
    }
  }

  /** (N) distances, or (N, 4). */
  static Tensor fields(Tensor f, Tensor g, Tensor[] rows, Tensor[] lambda, int wanted) {
    Tensor h = Tensors.mixed(f.div(norm(f)), rows, lambda);
    Tensor unit = g.div(norm(g));
    Tensor distance = norm(unit.sub(h));
    if (wanted == 1) return distance.reshape(-1);
    Tensor m = Tensors.mixed(f, rows, lambda);
    Tensor length = norm(m);
    Tensor unitM = m.div(length);
    Tensor floor = norm(unitM.sub(h));
    Tensor relative = norm(g.sub(m)).div(length);
    Tensor cosine = unit.mul(unitM).sum(1).reshape(-1, 1);
    Tensor angle = cosine.mul(new Scalar(-1.0)).add(ONE);
    return torch.cat(new TensorVector(distance, floor, relative, angle), 1);
  }

  /** (N, 1). */
  private static Tensor norm(Tensor x) {
    return torch.norm(x, new org.bytedeco.pytorch.ScalarOptional(new Scalar(2.0)), new long[] {1}, true);
  }
}
