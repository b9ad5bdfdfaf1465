// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import static dev.secant.backend.KernelPlan.activations;
import static dev.secant.backend.KernelPlan.floats;
import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_norm_spec;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.WrongStateException;

/** Normalises with the statistics of the batch, which it keeps for its backward pass. */
final class KernelBatchNorm implements Norm {
  private final KernelPlan plan;
  private final secant_norm_spec spec;
  private final int updates;
  private final Tensors t;
  private final Tensor mean;
  private final Tensor invStd;
  private final Tensor v;

  KernelBatchNorm(KernelPlan plan, secant_norm_spec nativeSpec, Spec spec, Tensors t) {
    this.plan = plan;
    this.spec = nativeSpec;
    this.updates = spec.updates();
    this.t = t;
    this.mean = plan.real(spec.segments(), t.gamma().count());
    this.invStd = plan.real(spec.segments(), t.gamma().count());
    this.v = t.sum() == null ? t.x() : t.sum();
  }

  @Override
  public void forward() {
    check(
        Secant.secant_norm_forward(
            plan.open(),
            spec,
            t.x().activations(),
            activations(t.residual()),
            activations(t.sum()),
            t.gamma().floats(),
            t.beta().floats(),
            updates,
            floats(t.rate()),
            floats(t.runningMean()),
            floats(t.runningVariance()),
            mean.floats(),
            invStd.floats(),
            t.y().activations()));
  }

  @Override
  public void backward() {
    if (t.dL_dy() == null)
      throw new WrongStateException(ErrorCode.WRONG_STATE, "planned forward only");
    check(
        Secant.secant_norm_backward(
            plan.open(),
            spec,
            v.activations(),
            t.gamma().floats(),
            t.beta().floats(),
            mean.floats(),
            invStd.floats(),
            t.dL_dy().activations(),
            activations(t.addend()),
            t.dL_dx().activations(),
            t.dL_dgamma().floats(),
            t.dL_dbeta().floats()));
  }
}
