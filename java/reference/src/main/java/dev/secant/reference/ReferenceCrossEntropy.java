// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.Op;
import dev.secant.tensor.Tensor;

/**
 * loss = mean over B of −Σ_c targets · log softmax(logits); dL_dlogits = (softmax(logits) −
 * targets) / B: the targets of a row sum to 1.
 */
final class ReferenceCrossEntropy implements Op {
  private final Tensor logits;
  private final Tensor targets;
  private final Tensor loss;
  private final Tensor dL_dlogits;

  ReferenceCrossEntropy(Tensor logits, Tensor targets, Tensor loss, Tensor dL_dlogits) {
    this.logits = logits;
    this.targets = targets;
    this.loss = loss;
    this.dL_dlogits = dL_dlogits;
  }

  @Override
  public void run() {
    int batch = (int) logits.dim(0);
    int classes = (int) logits.dim(1);
    double[] logP = Softmax.ofRowsInLogs(logits.toDoubles(), classes);
    double[] target = targets.toDoubles();
    double[] gradient = new double[logP.length];
    double total = 0;
    for (int i = 0; i < logP.length; i++) {
      total -= target[i] * logP[i];
      gradient[i] = (Math.exp(logP[i]) - target[i]) / batch;
    }
    loss.set(total / batch);
    if (dL_dlogits != null) dL_dlogits.set(gradient);
  }
}
