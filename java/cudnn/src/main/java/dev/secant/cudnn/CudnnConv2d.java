// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.backend.Conv2d;
import dev.secant.tensor.Closing;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.WrongStateException;
import java.util.ArrayList;
import java.util.List;

/**
 * One convolution and its gradients, each a plan of cuDNN bound to its tensors. A bias is added in
 * place after the convolution, and its gradient is a sum of its own: two more plans. Confined to
 * one thread at a time; closing is idempotent, running after close throws {@link
 * IllegalStateException}.
 */
public final class CudnnConv2d implements Conv2d, AutoCloseable {
  private final List<BoundPlan> owned = new ArrayList<>();
  private final BoundPlan forward;
  private final BoundPlan bias;
  private final BoundPlan backwardData;
  private final BoundPlan backwardWeights;
  private final BoundPlan biasGradient;

  CudnnConv2d(
      Convolutions planner,
      Spec spec,
      Precision precision,
      ConvOperands t,
      Lane main,
      Lane weights) {
    try {
      this.forward = own(planner.bind(new OpKey(ConvOp.FORWARD, precision, spec), t, main));
      this.bias =
          t.b() == 0 ? null : own(planner.bind(new OpKey(ConvOp.BIAS, precision, spec), t, main));
      this.backwardData =
          t.dL_dx() == 0
              ? null
              : own(planner.bind(new OpKey(ConvOp.BACKWARD_DATA, precision, spec), t, main));
      this.backwardWeights =
          t.dL_dw() == 0
              ? null
              : own(planner.bind(new OpKey(ConvOp.BACKWARD_WEIGHTS, precision, spec), t, weights));
      this.biasGradient =
          t.dL_db() == 0
              ? null
              : own(planner.bind(new OpKey(ConvOp.BIAS_GRADIENT, precision, spec), t, weights));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private BoundPlan own(BoundPlan plan) {
    owned.add(plan);
    return plan;
  }

  @Override
  public void forward() {
    forward.run();
    if (bias != null) bias.run();
  }

  @Override
  public void backwardData() {
    if (backwardData == null)
      throw new WrongStateException(ErrorCode.WRONG_STATE, "planned without dL_dx");
    backwardData.run();
  }

  @Override
  public void backwardWeights() {
    if (backwardWeights == null)
      throw new WrongStateException(ErrorCode.WRONG_STATE, "planned forward only");
    backwardWeights.run();
    if (biasGradient != null) biasGradient.run();
  }

  @Override
  public void close() {
    Closing.all(owned);
  }
}
