// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.backend.Conv2d;
import dev.secant.backend.KernelConv2d;
import dev.secant.backend.KernelPlan;
import dev.secant.backend.Norm;
import dev.secant.backend.Op;
import dev.secant.backend.PlanShapes;
import dev.secant.events.FlightEvents;
import dev.secant.events.PlanBuildEvent;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.MemorySpace;
import dev.secant.tensor.Turn;

/** Own kernels, and oneDNN for the convolutions that they do not take. */
final class OneDnnPlan extends KernelPlan {
  private final OneDnnBackend backend;
  private final KernelContext context;

  OneDnnPlan(OneDnnBackend backend, KernelContext context, MemorySpace space) {
    super(backend, context, space);
    this.backend = backend;
    this.context = context;
  }

  @Override
  public Conv2d conv2d(Conv2d.Spec spec, Conv2d.Tensors tensors) {
    try (Turn.Use use = guard().use()) {
      PlanShapes.conv2d(backend.types(), spec, tensors);
      PlanBuildEvent event = FlightEvents.planBuild();
      Conv2d op = planned(spec, tensors);
      if (event != null) event.end("conv2d", spec);
      return guard().conv2d(op, tensors);
    }
  }

  private Conv2d planned(Conv2d.Spec spec, Conv2d.Tensors t) {
    if (ownKernels(spec, t)) return own(new KernelConv2d(context, context, spec, t));
    return own(new OneDnnConv2d(backend, spec, t));
  }

  private boolean ownKernels(Conv2d.Spec spec, Conv2d.Tensors t) {
    return backend.winograd().takes(spec, t.b() != null);
  }

  @Override
  public Op convNorm(Conv2d.Spec spec, Conv2d.Tensors conv, Norm.Spec normSpec, Norm.Tensors norm) {
    try (Turn.Use use = guard().use()) {
      PlanShapes.conv2d(backend.types(), spec, conv);
      PlanShapes.norm(backend.types(), normSpec, norm);
      boolean folds = normSpec.statistics() == Norm.Statistics.RUNNING && norm.residual() == null;
      if (!folds || ownKernels(spec, conv)) return super.convNorm(spec, conv, normSpec, norm);
      PlanBuildEvent event = FlightEvents.planBuild();
      OneDnnConvNorm op = own(new OneDnnConvNorm(backend, spec, conv, normSpec, norm));
      if (event != null) event.end("convNorm", spec);
      return guard().op(op, conv.x(), conv.w(), conv.b(), conv.y(), norm.x(), norm.y());
    }
  }

  @Override
  public void close() {
    super.close();
    backend.forget(this);
  }
}
