// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A head made of a plan's other ops. */
final class ComposedHead implements Op {
  private final List<Op> ops = new ArrayList<>();

  ComposedHead(Plan plan, Head head, Head.Tensors t) {
    PlanShapes.head(plan.backend().types(), head, t);
    Tensor dL_dpooled = plan.real(t.pooled().shape().dims());
    Differentiable pool = plan.pool(t.y(), t.pooled(), dL_dpooled, t.dL_dy());
    Differentiable dense =
        plan.dense(
            t.pooled(),
            t.w(),
            t.bias(),
            t.logits(),
            t.dL_dlogits(),
            dL_dpooled,
            t.dL_dw(),
            t.dL_dbias());
    ops.add(pool::forward);
    ops.add(dense::forward);
    losses(plan, head, t);
    ops.add(dense::backward);
    ops.add(pool::backward);
  }

  private void losses(Plan plan, Head head, Head.Tensors t) {
    long b = head.labelled();
    long mixed = b + head.mixed();
    long n = t.logits().dim(0);
    ops.add(
        plan.crossEntropy(t.logits().rows(0, b), t.targets(), t.loss(), t.dL_dlogits().rows(0, b)));
    if (head.consistency() == null) return;
    boolean own = t.teacher() == null;
    ops.add(
        plan.consistency(
            head.consistency(),
            new Consistency.Tensors(
                t.logits().rows(b, mixed),
                own ? t.logits().rows(mixed, n) : t.teacher(),
                t.rows(),
                t.lambda(),
                t.weight(),
                t.consistencyLoss(),
                t.dL_dlogits().rows(b, mixed),
                own ? t.dL_dlogits().rows(mixed, n) : null)));
  }

  @Override
  public void run() {
    for (int i = 0; i < ops.size(); i++) ops.get(i).run();
  }
}
