// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.nn;

import dev.secant.backend.Plan;
import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.InvalidArgumentException;
import dev.secant.tensor.Shape;
import dev.secant.tensor.Tensor;
import dev.secant.tensor.WrongStateException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Hands out the activation buffers of a planned network. A training pass keeps every activation for
 * its backward pass; a forward-only pass reuses one buffer per role and shape.
 */
final class Activations {
  private record Key(String role, Shape shape) {}

  private final Plan plan;
  private final boolean keep;
  private final Map<Key, Tensor> shared = new HashMap<>();
  private final Activations lender;

  Activations(Plan plan, boolean keep) {
    this(plan, keep, null);
  }

  private Activations(Plan plan, boolean keep, Activations lender) {
    this.plan = plan;
    this.keep = keep;
    this.lender = lender;
  }

  /**
   * Those of a forward-only network that never runs at the same time as this one: what both only
   * pass on shares memory. This one has at least as many rows.
   */
  Activations lend() {
    if (keep)
      throw new WrongStateException(ErrorCode.WRONG_STATE, "a training pass keeps its activations");
    return new Activations(plan, false, this);
  }

  /** A tensor that stays valid until the next forward pass. */
  Tensor kept(long... dims) {
    return plan.activation(dims);
  }

  /** A tensor that a forward-only pass may overwrite when the same role and shape come again. */
  Tensor passing(String role, long... dims) {
    return keep ? plan.activation(dims) : shared(role, dims);
  }

  /** A tensor shared by all users of a role and shape, in training too: gradients in flight. */
  Tensor shared(String role, long... dims) {
    return shared.computeIfAbsent(new Key(role, Shape.of(dims)), k -> lent(role, dims));
  }

  /** The first rows of the lender's tensor of the same role and image shape, or a tensor anew. */
  private Tensor lent(String role, long[] dims) {
    if (lender == null) return plan.activation(dims);
    for (Map.Entry<Key, Tensor> e : lender.shared.entrySet()) {
      Tensor tensor = e.getValue();
      if (e.getKey().role().equals(role) && sameImages(tensor.shape().dims(), dims))
        return tensor.rows(0, dims[0]);
    }
    throw new InvalidArgumentException(
        "the lending network has no %s of shape %s".formatted(role, Shape.of(dims)));
  }

  private static boolean sameImages(long[] lent, long[] asked) {
    long[] whole = asked.clone();
    whole[0] = lent[0];
    return lent[0] >= asked[0] && Arrays.equals(lent, whole);
  }
}
