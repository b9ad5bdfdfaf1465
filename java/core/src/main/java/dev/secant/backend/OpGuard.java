// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Lifetime;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.Turn;

/**
 * Ops of a plan as they are handed out: each runs in the plan's turn, and only while the plan and
 * the tensors whose addresses it keeps are open, be they of another plan. Otherwise it throws
 * {@link IllegalStateException}. Costs some nanoseconds and allocates nothing.
 */
public final class OpGuard {
  private final Lifetime plan;

  OpGuard(Lifetime plan) {
    this.plan = plan;
  }

  /** Takes the plan's turn, for planning what changes native state. */
  public Turn.Use use() {
    return plan.use();
  }

  /**
   * @param kept tensors whose addresses the op keeps; nulls are passed over
   */
  public Op op(Op op, Tensor... kept) {
    return () -> {
      try (Turn.Use use = plan.use()) {
        for (Tensor tensor : kept) if (tensor != null) tensor.requireOpen();
        op.run();
      }
    };
  }

  public Differentiable differentiable(Differentiable planned, Tensor... kept) {
    return new Guarded(op(planned::forward, kept), op(planned::backward, kept));
  }

  Norm norm(Norm planned) {
    return new Guarded(op(planned::forward), op(planned::backward));
  }

  private static final class Guarded implements Differentiable, Norm {
    private final Op forward;
    private final Op backward;

    Guarded(Op forward, Op backward) {
      this.forward = forward;
      this.backward = backward;
    }

    @Override
    public void forward() {
      forward.run();
    }

    @Override
    public void backward() {
      backward.run();
    }
  }

  public Conv2d conv2d(Conv2d planned, Conv2d.Tensors t) {
    Op forward = op(planned::forward, t.x(), t.w(), t.b(), t.y());
    Op backwardData = op(planned::backwardData, t.w(), t.dL_dy(), t.dL_dx());
    Op backwardWeights = op(planned::backwardWeights, t.x(), t.dL_dy(), t.dL_dw(), t.dL_db());
    return new Conv2d() {
      @Override
      public void forward() {
        forward.run();
      }

      @Override
      public void backwardData() {
        backwardData.run();
      }

      @Override
      public void backwardWeights() {
        backwardWeights.run();
      }
    };
  }

  Readback readback(Readback planned, Tensor kept) {
    Op start = op(planned::start, kept);
    return new Readback() {
      @Override
      public void start() {
        start.run();
      }

      @Override
      public void read(double[] into) {
        try (Turn.Use use = plan.use()) {
          planned.read(into);
        }
      }
    };
  }
}
