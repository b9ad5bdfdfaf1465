// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.DType;

/**
 * Element types of a backend.
 *
 * @param real of weights, statistics, pooled features, logits, losses, scalars and their gradients
 * @param activation of images, feature maps, their gradients, and the kernels that convolutions
 *     read
 */
public record RealTypes(DType real, DType activation) {
  /** One type for everything. */
  public static RealTypes of(DType type) {
    return new RealTypes(type, type);
  }
}
