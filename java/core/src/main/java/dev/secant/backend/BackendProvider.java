// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import java.util.Optional;

/** Finds a backend through {@link java.util.ServiceLoader}. */
public interface BackendProvider {
  /** The name users ask for. */
  String name();

  /** Higher is preferred by {@code auto}. */
  int priority();

  /**
   * Why this machine cannot run it so, with what to do about it; empty when it can. Never throws.
   */
  Optional<String> unavailableBecause(BackendOptions options);

  /**
   * @throws BackendUnavailableException when {@link #unavailableBecause} is not empty
   */
  Backend create(BackendOptions options);
}
