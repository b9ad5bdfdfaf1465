// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Consistency;
import dev.secant.backend.Conv2d;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.backend.ImagePool;
import dev.secant.backend.NonLinLayer;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.benchmarks.contest.CallProblem;
import dev.secant.benchmarks.contest.ConsistencyProblem;
import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.ControlProblem;
import dev.secant.benchmarks.contest.MixProblem;
import dev.secant.benchmarks.contest.NonLinProblem;
import dev.secant.benchmarks.contest.Programs;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** One op of the CPU backend with its tensors. */
final class PlannedOp implements Contender {
  private final Backend backend;
  private final Plan plan;
  private final List<Tensor> results = new ArrayList<>();
  private Op op;

  private PlannedOp(boolean bf16) {
    DeviceOptions standard = DeviceOptions.standard();
    DeviceOptions options = bf16 ? standard.with(Arithmetic.BF16) : standard;
    this.backend = Backends.create("cpu", BackendOptions.of(Programs.THREADS, options));
    this.plan = backend.newPlan();
  }

  private PlannedOp computes(Op op, Tensor... results) {
    this.op = op;
    this.results.addAll(List.of(results));
    return this;
  }

  static PlannedOp mix(MixProblem p) {
    PlannedOp made = new PlannedOp(p.bf16());
    Plan plan = made.plan;
    Tensor pixels =
        plan.tensor(
            DType.U8, MixProblem.POOL, MixProblem.SIDE, MixProblem.SIDE, MixProblem.CHANNELS);
    pixels.set(p.pool());
    Tensor labels = plan.tensor(DType.I32, MixProblem.POOL);
    Tensor out = plan.activation(p.n(), MixProblem.SIDE, MixProblem.SIDE, MixProblem.CHANNELS);
    Op op =
        plan.gather(
            new ImagePool(pixels, labels, 2),
            Normalisation.unit(MixProblem.CHANNELS),
            made.ints(p.images(), (long) p.n() * p.k()),
            made.ints(IntStream.range(0, p.n() * p.k()).toArray(), p.n(), p.k()),
            made.floats(p.lambda(), p.n(), p.k()),
            out);
    return made.computes(op, out);
  }

  static PlannedOp consistency(ConsistencyProblem p) {
    PlannedOp made = new PlannedOp(false);
    Plan plan = made.plan;
    Tensor loss = plan.real(1);
    Tensor gradient = plan.real(p.n(), p.classes());
    Op op =
        plan.consistency(
            new Consistency(Consistency.Space.LOGIT, Consistency.Reduction.MEAN),
            new Consistency.Tensors(
                made.floats(p.student(), p.n(), p.classes()),
                made.floats(p.targets(), p.n(), p.classes()),
                made.ints(p.rows(), p.n(), p.k()),
                made.floats(p.lambda(), p.n(), p.k()),
                made.floats(new float[] {1}, 1),
                loss,
                gradient,
                null));
    return made.computes(op, loss, gradient);
  }

  static PlannedOp nonlin(NonLinProblem p) {
    PlannedOp made = new PlannedOp(false);
    List<NonLinLayer> layers = new ArrayList<>();
    for (int l = 0; l < p.layers().size(); l++) {
      int d = p.layers().get(l);
      layers.add(
          new NonLinLayer(
              made.floats(p.points(l), p.sources(), d), made.floats(p.mixed(l), p.n(), d)));
    }
    int ways = NonLinProblem.ways();
    Tensor out = made.plan.tensor(DType.F64, layers.size(), p.n(), 4);
    Op op =
        made.plan.nonlin(
            layers,
            made.ints(p.rows(), p.n(), ways),
            made.floats(p.lambda(), p.n(), ways),
            1e-12,
            out);
    return made.computes(op, out);
  }

  static PlannedOp call(CallProblem p) {
    PlannedOp made = new PlannedOp(false);
    Tensor to = made.plan.real(1);
    return made.computes(made.plan.copy(made.floats(new float[] {1}, 1), to), to);
  }

  /** A convolution of one pixel each is a matrix product: GEMM × GEMM by GEMM × GEMM. */
  static PlannedOp gemm() {
    PlannedOp made = new PlannedOp(false);
    int side = 32;
    int n = ControlProblem.GEMM;
    int batch = n / (side * side);
    Plan plan = made.plan;
    Tensor out = plan.activation(batch, side, side, n);
    Conv2d product =
        plan.conv2d(
            new Conv2d.Spec(batch, side, side, n, n, 1, 1),
            new Conv2d.Tensors(
                plan.activation(batch, side, side, n),
                plan.activation(n, 1, 1, n),
                null,
                out,
                null,
                null,
                null,
                null));
    return made.computes(product::forward, out);
  }

  private Tensor floats(float[] values, long... dims) {
    Tensor tensor = plan.real(dims);
    tensor.set(values);
    return tensor;
  }

  private Tensor ints(int[] values, long... dims) {
    Tensor tensor = plan.tensor(DType.I32, dims);
    tensor.set(values);
    return tensor;
  }

  String description() {
    return backend.description();
  }

  @Override
  public void run() {
    op.run();
  }

  @Override
  public double[] result() {
    return results.stream().flatMapToDouble(t -> Arrays.stream(t.toDoubles())).toArray();
  }

  @Override
  public void close() {
    backend.close();
  }
}
