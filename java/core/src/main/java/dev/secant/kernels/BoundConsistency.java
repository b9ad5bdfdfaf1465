// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.Turn;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A consistency loss bound to its memory, see {@link BoundCall}; made by {@link ConsistencyLoss}.
 */
public final class BoundConsistency extends BoundCall {
  /** (1) that the gradients are multiplied by. */
  final FloatPointer weight = own(new FloatPointer(1));

  /** (1), unweighted. */
  final FloatPointer loss = own(new FloatPointer(1));

  BoundConsistency(KernelContext context) {
    super(context, "the bound consistency loss");
  }

  /**
   * Returns the unweighted loss of what the logits hold now and overwrites the gradients.
   *
   * @param weightOfGradients w(t), finite: the gradients are multiplied by it
   */
  public float run(float weightOfGradients) {
    try (Turn.Use use = use()) {
      weight.put(weightOfGradients);
      call();
      return loss.get();
    }
  }
}
