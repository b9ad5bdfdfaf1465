// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.Secant;
import dev.secant.jni.secant_head_inputs;
import dev.secant.jni.secant_head_outputs;
import dev.secant.jni.secant_head_spec;
import dev.secant.kernels.NativeStruct;

/** {@code secant_head_train} bound to tensors. */
final class KernelHead implements Op {
  /**
   * Shared memory that every device gives a block. The kernel keeps a row there: the same rule on
   * all devices, so that all compute a network the same way.
   */
  private static final long SHARED_BYTES = 48 << 10;

  /** Doubles that its sums over pixels take at most: 256 threads of eight values, and a flag. */
  private static final long SUMS = 2 + 256 * 8;

  private final KernelPlan plan;
  private final secant_head_spec spec;
  private final secant_head_inputs inputs;
  private final secant_head_outputs outputs;

  KernelHead(KernelPlan plan, Head head, Head.Tensors t) {
    this.plan = plan;
    this.spec = spec(head, t);
    this.inputs = inputs(t);
    this.outputs = outputs(t);
  }

  /** Whether one call can compute it: no gradient for the sources, and a row that fits. */
  static boolean serves(Head head, Head.Tensors t) {
    boolean stops = head.consistency() == null || t.teacher() != null;
    long features = t.w().dim(1);
    long classes = t.w().dim(0);
    long bytes = Double.BYTES * (SUMS + 3 * classes) + Float.BYTES * (features + 2 * classes);
    return stops && bytes <= SHARED_BYTES;
  }

  private secant_head_spec spec(Head head, Head.Tensors t) {
    secant_head_spec s =
        plan.own(NativeStruct.of(secant_head_spec::new))
            .labelled(head.labelled())
            .mixed(head.mixed())
            .pixels((int) (t.y().dim(1) * t.y().dim(2)))
            .channels((int) t.y().dim(3))
            .classes((int) t.w().dim(0));
    if (head.consistency() == null) return s;
    // The order of both enumerations is that of secant.h.
    return s.space(head.consistency().space().ordinal())
        .reduction(head.consistency().reduction().ordinal())
        .ways((int) t.rows().dim(1))
        .sources((int) t.teacher().dim(0));
  }

  private secant_head_inputs inputs(Head.Tensors t) {
    secant_head_inputs in =
        plan.own(NativeStruct.of(secant_head_inputs::new))
            .y(t.y().activations())
            .w(t.w().floats())
            .bias(t.bias().floats())
            .targets(t.targets().floats());
    if (t.teacher() == null) return in;
    return in.teacher(t.teacher().floats())
        .rows(t.rows().ints())
        .lambda(t.lambda().floats())
        .weight(t.weight().floats());
  }

  private secant_head_outputs outputs(Head.Tensors t) {
    secant_head_outputs out =
        plan.own(NativeStruct.of(secant_head_outputs::new))
            .pooled(t.pooled().floats())
            .logits(t.logits().floats())
            .loss(t.loss().floats())
            .dL_dlogits(t.dL_dlogits().floats())
            .dL_dw(t.dL_dw().floats())
            .dL_dbias(t.dL_dbias().floats())
            .dL_dy(t.dL_dy().activations());
    return t.consistencyLoss() == null ? out : out.consistency(t.consistencyLoss().floats());
  }

  @Override
  public void run() {
    check(Secant.secant_head_train(plan.open(), spec, inputs, outputs));
  }
}
