// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;

/**
 * Where a step's losses are kept until they are read: row (step mod capacity).
 *
 * @param loss real (1), supervised
 * @param consistency real (1), unweighted; null: 0 is kept
 * @param weight real (1) of the consistency; null: 0 is kept
 * @param rows real (capacity, 3): loss, consistency, weight
 */
public record StepLog(Tensor loss, Tensor consistency, Tensor weight, Tensor rows) {
  public int capacity() {
    return (int) rows.dim(0);
  }
}
