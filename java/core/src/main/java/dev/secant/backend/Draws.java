// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;

/**
 * What a recipe expands to.
 *
 * @param indices (T) I32 image of each source row
 * @param crops (T, 3) I32 dy, dx, flip
 * @param rows (B, K) I32 source row of each mixed point
 * @param lambda (B, K) F32
 */
public record Draws(Tensor indices, Tensor crops, Tensor rows, Tensor lambda) {
  public static Draws of(Plan plan, Recipe recipe) {
    int t = recipe.sources();
    return new Draws(
        plan.tensor(DType.I32, t),
        plan.tensor(DType.I32, t, 3),
        plan.tensor(DType.I32, recipe.batch(), recipe.ways()),
        plan.tensor(DType.F32, recipe.batch(), recipe.ways()));
  }
}
