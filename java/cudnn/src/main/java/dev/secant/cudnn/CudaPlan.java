// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import static dev.secant.kernels.KernelContext.check;

import dev.secant.backend.Branch;
import dev.secant.backend.Ceiling;
import dev.secant.backend.Conv2d;
import dev.secant.backend.Differentiable;
import dev.secant.backend.Head;
import dev.secant.backend.KernelPlan;
import dev.secant.backend.Op;
import dev.secant.backend.Plan;
import dev.secant.backend.PlanShapes;
import dev.secant.events.FlightEvents;
import dev.secant.events.PlanBuildEvent;
import dev.secant.jni.Secant;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.MemorySpace;
import dev.secant.tensor.Tensor;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;

/** Own kernels on a stream of a CUDA device, plus linear layers. */
final class CudaPlan extends KernelPlan {
  private final CudaBackend backend;
  private final KernelContext context;
  private final LinearLayers layers;
  private Branch branch;

  CudaPlan(CudaBackend backend, KernelContext context, MemorySpace memory, LinearLayers layers) {
    super(backend, context, memory);
    this.backend = backend;
    this.context = context;
    this.layers = layers;
  }

  /** On the second stream of the backend, of which there is one. */
  @Override
  public Branch branch() {
    open();
    if (branch == null) {
      CudaPlan beside = own(backend.planBeside());
      branch = new StreamBranch(context, beside.context, beside);
    }
    return branch;
  }

  /** Those of its branch too. */
  @Override
  public long bytes() {
    return super.bytes() + (branch == null ? 0 : branch.plan().bytes());
  }

  private record StreamBranch(KernelContext trunk, KernelContext beside, Plan plan)
      implements Branch {
    @Override
    public Op fork() {
      return () -> beside.waitFor(trunk);
    }

    @Override
    public Op join() {
      return () -> trunk.waitFor(beside);
    }

    @Override
    public boolean apart() {
      return true;
    }
  }

  @Override
  public Conv2d conv2d(Conv2d.Spec spec, Conv2d.Tensors tensors) {
    return conv2d(Streams.one(context), spec, tensors);
  }

  @Override
  public Conv2d conv2d(Conv2d.Spec spec, Conv2d.Tensors tensors, Branch weights) {
    KernelContext beside = weights.apart() ? ((CudaPlan) weights.plan()).context : context;
    return conv2d(new Streams(context, beside), spec, tensors);
  }

  private Conv2d conv2d(Streams streams, Conv2d.Spec spec, Conv2d.Tensors tensors) {
    open();
    PlanShapes.conv2d(backend.types(), spec, tensors);
    PlanBuildEvent event = FlightEvents.planBuild();
    Conv2d op = layers.conv2d(streams, spec, tensors, this::own);
    if (event != null) event.end("conv2d", spec);
    return guard().conv2d(op, tensors);
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
    Differentiable own = super.dense(x, w, bias, logits, dL_dlogits, dL_dx, dL_dw, dL_dbias);
    DenseOperands operands =
        new DenseOperands(
            x.address(),
            w.address(),
            bias.address(),
            logits.address(),
            address(dL_dlogits),
            address(dL_dx),
            address(dL_dw),
            address(dL_dbias));
    LtDense.Extents extents = new LtDense.Extents((int) x.dim(0), (int) x.dim(1), (int) w.dim(0));
    return layers
        .dense(context, extents, operands, this::own)
        .map(
            planned ->
                guard()
                    .differentiable(
                        planned, x, w, bias, logits, dL_dlogits, dL_dx, dL_dw, dL_dbias))
        .orElse(own);
  }

  /** One launch wherever that can be. */
  @Override
  public Op head(Head head, Head.Tensors tensors) {
    Op fused = fusedHead(head, tensors);
    return fused != null ? fused : super.head(head, tensors);
  }

  @Override
  public Op named(String name, Op op) {
    BytePointer text = own(new BytePointer(name));
    return () -> {
      check(Secant.secant_range_push(open(), text));
      try {
        op.run();
      } finally {
        check(Secant.secant_range_pop(open()));
      }
    };
  }

  List<Ceiling> ceilings(boolean small) {
    open();
    return layers.ceilings(this, small, this::own);
  }

  private static long address(Tensor t) {
    return t == null ? 0 : t.address();
  }

  @Override
  public void close() {
    super.close();
    backend.forget(this);
  }
}
