// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.Turn;

/** A mixing bound to its memory, see {@link BoundCall}; made by {@link Mixing}. */
public final class BoundMixing extends BoundCall {
  BoundMixing(KernelContext context) {
    super(context, "the bound mixing");
  }

  /** Mixes what the inputs hold now and overwrites the output. */
  public void run() {
    try (Turn.Use use = use()) {
      call();
    }
  }
}
