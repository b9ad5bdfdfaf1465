// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import static dev.secant.backend.KernelPlan.activations;
import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_norm_spec;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;

/** Normalises with given statistics. */
final class KernelRunningNorm implements Norm {
  private final KernelPlan plan;
  private final secant_norm_spec spec;
  private final Tensors t;

  KernelRunningNorm(KernelPlan plan, secant_norm_spec spec, Tensors t) {
    this.plan = plan;
    this.spec = spec;
    this.t = t;
  }

  @Override
  public void forward() {
    check(
        Secant.secant_norm_inference(
            plan.open(),
            spec,
            t.x().activations(),
            activations(t.residual()),
            activations(t.sum()),
            t.gamma().floats(),
            t.beta().floats(),
            t.runningMean().floats(),
            t.runningVariance().floats(),
            t.y().activations()));
  }

  @Override
  public void backward() {
    throw new WrongStateException(
        ErrorCode.WRONG_STATE, "planned with running statistics: there is no backward pass");
  }
}
