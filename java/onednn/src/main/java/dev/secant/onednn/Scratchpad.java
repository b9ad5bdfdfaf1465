// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.tensor.MemorySpace;
import java.util.HashSet;
import java.util.Set;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;

/**
 * One buffer for all primitives of a backend, as large as the largest of them wants: they run one
 * after the other. Grows while planning, never while running.
 */
final class Scratchpad implements AutoCloseable {
  private static final class Address extends Pointer {
    Address(long address) {
      this.address = address;
    }
  }

  private final MemorySpace space;
  private final Set<memory> users = new HashSet<>();
  private Address start = new Address(0);
  private long bytes;

  Scratchpad(MemorySpace space) {
    this.space = space;
  }

  /**
   * A memory object over the scratch buffer; its data handle is kept current until {@link #detach}.
   */
  memory attach(memory.desc desc, engine engine) {
    long wanted = Math.max(1, desc.get_size());
    if (wanted > bytes) grow(wanted);
    memory user = new memory(desc, engine, start);
    users.add(user);
    return user;
  }

  /** Of the buffer, until it grows. */
  Pointer start() {
    return start;
  }

  void detach(memory user) {
    users.remove(user);
  }

  private void grow(long wanted) {
    long grown = space.allocate(wanted);
    if (bytes > 0) space.free(start.address(), bytes);
    start = new Address(grown);
    bytes = wanted;
    for (memory user : users) user.set_data_handle(start);
  }

  @Override
  public void close() {
    if (bytes > 0) space.free(start.address(), bytes);
    bytes = 0;
    users.clear();
  }
}
