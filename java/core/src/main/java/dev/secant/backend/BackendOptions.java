// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.InvalidArgumentException;

/**
 * How a backend is to be created.
 *
 * @param threads workers in all, at least 1
 * @param level instruction level of the own kernels: 0 = best of this processor, else 2, 3, 4
 * @param device for backends that run on one
 */
public record BackendOptions(int threads, int level, DeviceOptions device) {
  public BackendOptions {
    if (threads < 1) throw new InvalidArgumentException("threads must be >= 1, got " + threads);
  }

  public static BackendOptions threads(int threads) {
    return new BackendOptions(threads, 0, DeviceOptions.standard());
  }

  public static BackendOptions of(int threads, DeviceOptions device) {
    return new BackendOptions(threads, 0, device);
  }
}
