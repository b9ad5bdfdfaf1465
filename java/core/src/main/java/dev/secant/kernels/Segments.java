// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.BackendUnavailableException;
import dev.secant.tensor.DType;

/**
 * Memory segments where there are none; {@code src/main/java22} has the class of this name that
 * knows them, which the jar holds for Java 22 and later.
 */
final class Segments {
  private Segments() {}

  static NativeArray view(Object segment, DType type) {
    int running = Runtime.version().feature();
    throw new BackendUnavailableException(
        running < 22
            ? "segments need Java 22 or later, got Java " + running
            : "segments need the jar of secant-core built with JDK 22 or later, got one built with an"
                + " earlier JDK, or its classes outside of the jar");
  }
}
