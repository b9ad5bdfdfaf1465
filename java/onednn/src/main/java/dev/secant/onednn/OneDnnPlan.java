// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.backend.Conv2d;
import dev.secant.backend.KernelPlan;
import dev.secant.backend.Norm;
import dev.secant.backend.Op;
import dev.secant.backend.PlanShapes;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.MemorySpace;

/** Own kernels plus oneDNN convolutions. */
final class OneDnnPlan extends KernelPlan {
  private final OneDnnBackend backend;

  OneDnnPlan(OneDnnBackend backend, KernelContext context, MemorySpace space) {
    super(backend, context, space);
    this.backend = backend;
  }

  @Override
  public Conv2d conv2d(Conv2d.Spec spec, Conv2d.Tensors tensors) {
    open();
    PlanShapes.conv2d(backend.types(), spec, tensors);
    OneDnnConv2d conv = own(new OneDnnConv2d(backend, spec, tensors));
    return new Conv2d() {
      @Override
      public void forward() {
        open();
        conv.forward();
      }

      @Override
      public void backwardData() {
        open();
        conv.backwardData();
      }

      @Override
      public void backwardWeights() {
        open();
        conv.backwardWeights();
      }
    };
  }

  @Override
  public Op convNorm(Conv2d.Spec spec, Conv2d.Tensors conv, Norm.Spec normSpec, Norm.Tensors norm) {
    open();
    boolean folds = normSpec.statistics() == Norm.Statistics.RUNNING && norm.residual() == null;
    if (!folds) return super.convNorm(spec, conv, normSpec, norm);
    PlanShapes.conv2d(backend.types(), spec, conv);
    PlanShapes.norm(backend.types(), normSpec, norm);
    OneDnnConvNorm op = own(new OneDnnConvNorm(backend, spec, conv, normSpec, norm));
    return () -> {
      open();
      op.run();
    };
  }

  @Override
  public void close() {
    super.close();
    backend.forget(this);
  }
}
