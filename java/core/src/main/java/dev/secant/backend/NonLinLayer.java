// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;

/** Activations of one layer: of the points (T, D…) and of the mixed inputs (B, D…). */
public record NonLinLayer(Tensor points, Tensor mixed) {}
