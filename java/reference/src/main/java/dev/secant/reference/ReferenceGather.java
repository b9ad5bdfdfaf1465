// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.ImagePool;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Op;
import dev.secant.tensor.Tensor;

/**
 * out_b = Σ_k λ_bk normalise(pool[indices[rows_bk]]), or out_t = normalise(pool[indices_t]) without
 * rows.
 */
final class ReferenceGather implements Op {
  private final SourceImages images;
  private final Tensor indices;
  private final Tensor rows;
  private final Tensor lambda;
  private final Tensor out;

  ReferenceGather(
      ImagePool pool,
      Normalisation normalisation,
      Tensor indices,
      Tensor rows,
      Tensor lambda,
      Tensor out) {
    this.images = new SourceImages(pool, normalisation);
    this.indices = indices;
    this.rows = rows;
    this.lambda = lambda;
    this.out = out;
  }

  @Override
  public void run() {
    int[] drawn = indices.toInts();
    double[] clean = images.batch(drawn, new int[3 * drawn.length], 0);
    if (rows == null) out.set(clean);
    else out.set(Mixture.of(rows, lambda).of(clean, clean.length / drawn.length));
  }
}
