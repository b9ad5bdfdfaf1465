// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.Turn;

/** A NonLin bound to its memory, see {@link BoundCall}; made by {@link NonLin}. */
public final class BoundNonLin extends BoundCall {
  BoundNonLin(KernelContext context) {
    super(context, "the bound NonLin");
  }

  /** Measures what the layers hold now and overwrites the output. */
  public void run() {
    try (Turn.Use use = use()) {
      call();
    }
  }
}
