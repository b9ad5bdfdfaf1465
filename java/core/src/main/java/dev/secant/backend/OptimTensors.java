// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;

/**
 * Flat arenas of an optimiser, (P) each.
 *
 * @param grad real, read
 * @param p weights, real
 * @param m first moments, real
 * @param v second moments, real
 * @param ema averaged weights, real
 * @param copy of the new weights in the type of activations, or null
 * @param emaCopy of the new average in the type of activations, or null
 */
public record OptimTensors(
    Tensor grad, Tensor p, Tensor m, Tensor v, Tensor ema, Tensor copy, Tensor emaCopy) {
  /** Without copies. */
  public static OptimTensors of(Tensor grad, Tensor p, Tensor m, Tensor v, Tensor ema) {
    return new OptimTensors(grad, p, m, v, ema, null, null);
  }
}
