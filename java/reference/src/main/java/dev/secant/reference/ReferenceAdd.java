// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Op;
import dev.secant.tensor.Tensor;

/** out = a + b. */
final class ReferenceAdd implements Op {
  private final Tensor a;
  private final Tensor b;
  private final Tensor out;

  ReferenceAdd(Tensor a, Tensor b, Tensor out) {
    this.a = a;
    this.b = b;
    this.out = out;
  }

  @Override
  public void run() {
    double[] sum = a.toDoubles();
    double[] other = b.toDoubles();
    for (int i = 0; i < sum.length; i++) sum[i] += other[i];
    out.set(sum);
  }
}
