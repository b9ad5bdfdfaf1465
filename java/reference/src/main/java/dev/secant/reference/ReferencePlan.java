// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Adam;
import dev.secant.backend.Backend;
import dev.secant.backend.Consistency;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Differentiable;
import dev.secant.backend.Draws;
import dev.secant.backend.ImagePool;
import dev.secant.backend.MixOutputs;
import dev.secant.backend.NonLinLayer;
import dev.secant.backend.Norm;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Op;
import dev.secant.backend.OptimTensors;
import dev.secant.backend.Plan;
import dev.secant.backend.PlanShapes;
import dev.secant.backend.Readback;
import dev.secant.backend.Recipe;
import dev.secant.backend.Scalars;
import dev.secant.backend.Schedule;
import dev.secant.backend.StepLog;
import dev.secant.tensor.Arena;
import dev.secant.tensor.DType;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.MemorySpace;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.WrongStateException;
import java.util.List;

/** Checks, then makes the op's class; ops ask {@link #requireOpen} before they run. */
final class ReferencePlan implements Plan {
  private final ReferenceBackend backend;
  private final Arena arena;
  private boolean closed;

  ReferencePlan(ReferenceBackend backend, MemorySpace memory) {
    this.backend = backend;
    this.arena = new Arena(memory);
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public Tensor tensor(DType dtype, long... dims) {
    requireOpen();
    return arena.tensor(dtype, dims);
  }

  @Override
  public long bytes() {
    return arena.bytes();
  }

  void requireOpen() {
    if (closed) throw new WrongStateException(ErrorCode.CLOSED, "the plan was closed");
  }

  private Op guarded(Op op) {
    return () -> {
      requireOpen();
      op.run();
    };
  }

  @Override
  public Op mix(
      ImagePool pool,
      Normalisation normalisation,
      Recipe recipe,
      Tensor step,
      Draws draws,
      MixOutputs outputs) {
    requireOpen();
    PlanShapes.mix(backend.types(), pool, normalisation, recipe, step, draws, outputs);
    return guarded(new ReferenceMix(pool, normalisation, recipe, step, draws, outputs));
  }

  @Override
  public Op gather(
      ImagePool pool,
      Normalisation normalisation,
      Tensor indices,
      Tensor rows,
      Tensor lambda,
      Tensor out) {
    requireOpen();
    PlanShapes.gather(backend.types(), pool, normalisation, indices, rows, lambda, out);
    return guarded(new ReferenceGather(pool, normalisation, indices, rows, lambda, out));
  }

  @Override
  public Conv2d conv2d(Conv2d.Spec spec, Conv2d.Tensors tensors) {
    requireOpen();
    PlanShapes.conv2d(backend.types(), spec, tensors);
    return new ReferenceConv2d(this, spec, tensors);
  }

  @Override
  public Norm norm(Norm.Spec spec, Norm.Tensors tensors) {
    requireOpen();
    PlanShapes.norm(backend.types(), spec, tensors);
    return new ReferenceNorm(this, spec, tensors);
  }

  @Override
  public Op add(Tensor a, Tensor b, Tensor out) {
    requireOpen();
    PlanShapes.add(backend.types(), a, b, out);
    return guarded(new ReferenceAdd(a, b, out));
  }

  @Override
  public Differentiable pool(Tensor y, Tensor pooled, Tensor dL_dpooled, Tensor dL_dy) {
    requireOpen();
    PlanShapes.pool(backend.types(), y, pooled, dL_dpooled, dL_dy);
    return new ReferencePool(this, y, pooled, dL_dpooled, dL_dy);
  }

  @Override
  public Differentiable dense(
      Tensor x,
      Tensor w,
      Tensor bias,
      Tensor logits,
      Tensor dL_dlogits,
      Tensor dL_dx,
      Tensor dL_dw,
      Tensor dL_dbias) {
    requireOpen();
    PlanShapes.dense(backend.types(), x, w, bias, logits, dL_dlogits, dL_dx, dL_dw, dL_dbias);
    return new ReferenceDense(this, x, w, bias, logits, dL_dlogits, dL_dx, dL_dw, dL_dbias);
  }

  @Override
  public Op crossEntropy(Tensor logits, Tensor targets, Tensor loss, Tensor dL_dlogits) {
    requireOpen();
    PlanShapes.crossEntropy(backend.types(), logits, targets, loss, dL_dlogits);
    return guarded(new ReferenceCrossEntropy(logits, targets, loss, dL_dlogits));
  }

  @Override
  public Op consistency(Consistency spec, Consistency.Tensors tensors) {
    requireOpen();
    PlanShapes.consistency(backend.types(), spec, tensors);
    return guarded(new ReferenceConsistency(spec, tensors));
  }

  @Override
  public Op schedule(Schedule schedule, Tensor step, Scalars scalars) {
    requireOpen();
    PlanShapes.schedule(backend.types(), schedule, step, scalars);
    return guarded(new ReferenceSchedule(schedule, step, scalars));
  }

  @Override
  public Op advance(Tensor step, StepLog log) {
    requireOpen();
    PlanShapes.advance(backend.types(), step, log);
    Op advance = advance(step);
    return guarded(
        () -> {
          int row = (int) (step.toLongs()[0] % log.capacity());
          double[] rows = log.rows().toDoubles();
          rows[row * 3] = log.loss().toDoubles()[0];
          rows[row * 3 + 1] = log.consistency() == null ? 0 : log.consistency().toDoubles()[0];
          rows[row * 3 + 2] = log.weight() == null ? 0 : log.weight().toDoubles()[0];
          log.rows().set(rows);
          advance.run();
        });
  }

  @Override
  public Op copy(Tensor from, Tensor to) {
    requireOpen();
    PlanShapes.copy(from, to);
    return guarded(() -> to.copyFrom(from));
  }

  @Override
  public Readback readback(Tensor tensor) {
    requireOpen();
    PlanShapes.readback(backend.types(), tensor);
    double[] copy = new double[(int) tensor.count()];
    return new Readback() {
      @Override
      public void start() {
        System.arraycopy(tensor.toDoubles(), 0, copy, 0, copy.length);
      }

      @Override
      public void read(double[] into) {
        System.arraycopy(copy, 0, into, 0, copy.length);
      }
    };
  }

  @Override
  public Op advance(Tensor step) {
    requireOpen();
    PlanShapes.advance(step);
    return guarded(() -> step.set(new long[] {step.toLongs()[0] + 1}));
  }

  @Override
  public Op optimiser(Adam adam, Tensor step, Scalars scalars, OptimTensors tensors) {
    requireOpen();
    PlanShapes.optimiser(backend.types(), adam, step, scalars, tensors);
    return guarded(new ReferenceOptimiser(adam, step, scalars, tensors));
  }

  @Override
  public Op nonlin(List<NonLinLayer> layers, Tensor rows, Tensor lambda, double eps, Tensor out) {
    requireOpen();
    PlanShapes.nonlin(backend.types(), layers, rows, lambda, eps, out);
    return guarded(new ReferenceNonLin(layers, rows, lambda, eps, out));
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    arena.close();
    backend.forget(this);
  }
}
