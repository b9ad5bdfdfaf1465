// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.BackendUnavailableException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The backends on the class path. A backend asked for by name runs or throws; only {@code auto}
 * chooses.
 */
public final class Backends {
  private Backends() {}

  /** All providers, preferred first. */
  public static List<BackendProvider> providers() {
    List<BackendProvider> found = new ArrayList<>();
    ServiceLoader.load(BackendProvider.class).forEach(found::add);
    found.sort(Comparator.comparingInt(BackendProvider::priority).reversed());
    return found;
  }

  /**
   * Creates the backend of a name, or for {@code auto} the preferred one that can run.
   *
   * @throws BackendUnavailableException with the reasons
   */
  public static Backend create(String name, BackendOptions options) {
    return resolve(name, options).create(options);
  }

  /**
   * The provider of a name, or for {@code auto} the preferred one that can run.
   *
   * @throws BackendUnavailableException with the reasons
   */
  public static BackendProvider resolve(String name, BackendOptions options) {
    List<String> reasons = new ArrayList<>();
    for (BackendProvider provider : providers()) {
      boolean wanted = name.equals("auto") || provider.name().equals(name);
      if (!wanted) continue;
      Optional<String> reason = provider.unavailableBecause(options);
      if (reason.isEmpty()) return provider;
      reasons.add(provider.name() + ": " + reason.get());
    }
    if (!reasons.isEmpty()) {
      throw new BackendUnavailableException(
          "backend " + name + " cannot run here: " + String.join("; ", reasons));
    }
    List<String> names = providers().stream().map(BackendProvider::name).toList();
    throw new BackendUnavailableException("no backend is called " + name + "; there are " + names);
  }
}
