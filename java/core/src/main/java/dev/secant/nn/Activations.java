// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.nn;

import dev.secant.backend.Plan;
import dev.secant.tensor.Shape;
import dev.secant.tensor.Tensor;
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

  Activations(Plan plan, boolean keep) {
    this.plan = plan;
    this.keep = keep;
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
    return shared.computeIfAbsent(new Key(role, Shape.of(dims)), k -> plan.activation(dims));
  }
}
