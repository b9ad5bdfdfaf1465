// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Conv2d;
import dev.secant.backend.KernelPlan;
import dev.secant.backend.PlanShapes;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.MemorySpace;

/** Own kernels on a CUDA device, plus the convolutions of a source. */
final class CudaPlan extends KernelPlan {
  private final CudaBackend backend;
  private final ConvolutionSource convolutions;

  CudaPlan(
      CudaBackend backend,
      KernelContext context,
      MemorySpace memory,
      ConvolutionSource convolutions) {
    super(backend, context, memory);
    this.backend = backend;
    this.convolutions = convolutions;
  }

  @Override
  public Conv2d conv2d(Conv2d.Spec spec, Conv2d.Tensors tensors) {
    open();
    PlanShapes.conv2d(backend.types(), spec, tensors);
    Conv2d planned = convolutions.plan(spec, tensors, this::own);
    return new Conv2d() {
      @Override
      public void forward() {
        open();
        planned.forward();
      }

      @Override
      public void backwardData() {
        open();
        planned.backwardData();
      }

      @Override
      public void backwardWeights() {
        open();
        planned.backwardWeights();
      }
    };
  }

  @Override
  public void close() {
    super.close();
    backend.forget(this);
  }
}
