// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;

/**
 * What a mixing op writes; each may be null.
 *
 * @param clean real (T, H, W, F): the augmented, normalised source rows
 * @param mixed real (B, H, W, F)
 * @param cleanTargets real (T, C) one-hot
 * @param mixedTargets real (B, C)
 */
public record MixOutputs(Tensor clean, Tensor mixed, Tensor cleanTargets, Tensor mixedTargets) {}
