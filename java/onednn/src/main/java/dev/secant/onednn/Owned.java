// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.tensor.Closing;
import java.util.ArrayList;
import java.util.List;

/**
 * Native objects that go together, closed last first. A constructor that fails half-way closes what
 * it has made so far with it: nothing else would, for the garbage collector frees no native object
 * here. Confined to one thread.
 */
final class Owned implements AutoCloseable {
  private final List<AutoCloseable> resources = new ArrayList<>();

  <T extends AutoCloseable> T add(T resource) {
    resources.add(resource);
    return resource;
  }

  void onClose(AutoCloseable last) {
    resources.add(last);
  }

  /** Closing it again does nothing. */
  @Override
  public void close() {
    List<AutoCloseable> all = List.copyOf(resources);
    resources.clear();
    Closing.all(all);
  }
}
