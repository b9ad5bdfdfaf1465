// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.Turn;
import org.bytedeco.javacpp.LongPointer;

/** Dirichlet draws bound to their memory, see {@link BoundCall}; made by {@link Dirichlet}. */
public final class BoundDirichlet extends BoundCall {
  /** (1), of the run. */
  final LongPointer step = own(new LongPointer(1));

  BoundDirichlet(KernelContext context) {
    super(context, "the bound Dirichlet draws");
  }

  /**
   * Overwrites the weights with the draws of a step.
   *
   * @param t 0..2^32-1
   */
  public void run(long t) {
    try (Turn.Use use = use()) {
      step.put(t);
      call();
    }
  }
}
