// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.BackendUnavailableException;
import java.util.List;
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

  /** Its parts on this machine, for a report; none when there is nothing to say. Never throws. */
  default List<BackendComponent> components(BackendOptions options) {
    return List.of();
  }

  /**
   * @throws BackendUnavailableException when {@link #unavailableBecause} is not empty
   */
  Backend create(BackendOptions options);
}
