// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import static dev.secant.backend.KernelPlan.floats;
import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_conv_spec;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.NativeStruct;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;

/**
 * A convolution by the project's own kernels, of those that they have: all on a device, and on the
 * CPU 3×3 ones of stride 1, see {@code secant_conv_forward}.
 */
public final class KernelConv2d implements Conv2d, AutoCloseable {
  private final KernelContext context;
  private final KernelContext weights;
  private final secant_conv_spec spec;
  private final Tensors t;

  /**
   * @param context computes y and dL_dx
   * @param weights computes dL_dw and dL_db; it may be the same
   */
  public KernelConv2d(KernelContext context, KernelContext weights, Spec s, Tensors t) {
    this.context = context;
    this.weights = weights;
    this.t = t;
    this.spec =
        NativeStruct.of(secant_conv_spec::new)
            .batch(s.batch())
            .height(s.height())
            .width(s.width())
            .in(s.in())
            .out(s.out())
            .kernel(s.kernel())
            .stride(s.stride());
  }

  @Override
  public void forward() {
    check(
        Secant.secant_conv_forward(
            context.handle(),
            spec,
            t.x().activations(),
            t.w().activations(),
            floats(t.b()),
            t.y().activations()));
  }

  @Override
  public void backwardData() {
    if (t.dL_dx() == null)
      throw new WrongStateException(ErrorCode.WRONG_STATE, "planned without dL_dx");
    check(
        Secant.secant_conv_backward_data(
            context.handle(),
            spec,
            t.w().activations(),
            t.dL_dy().activations(),
            t.dL_dx().activations()));
  }

  @Override
  public void backwardWeights() {
    if (t.dL_dw() == null)
      throw new WrongStateException(ErrorCode.WRONG_STATE, "planned forward only");
    check(
        Secant.secant_conv_backward_weights(
            weights.handle(),
            spec,
            t.x().activations(),
            t.dL_dy().activations(),
            t.dL_dw().floats(),
            floats(t.dL_db())));
  }

  @Override
  public void close() {
    spec.close();
  }
}
