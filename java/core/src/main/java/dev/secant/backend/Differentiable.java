// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

/** A planned op with a gradient. */
public interface Differentiable {
  void forward();

  /**
   * Overwrites every gradient the op was planned with; {@link IllegalStateException} when planned
   * without.
   */
  void backward();
}
