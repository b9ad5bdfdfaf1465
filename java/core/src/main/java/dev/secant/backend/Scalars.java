// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;

/** Scalars of a step, real tensors of one element that {@link Plan#schedule} overwrites. */
public record Scalars(Tensor learningRate, Tensor weight, Tensor emaRate, Tensor bnRate) {
  public static Scalars of(Plan plan) {
    return new Scalars(plan.real(1), plan.real(1), plan.real(1), plan.real(1));
  }
}
