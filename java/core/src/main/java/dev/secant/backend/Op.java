// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

/** A planned operation bound to its tensors. Running it allocates nothing. */
@FunctionalInterface
public interface Op {
  void run();
}
