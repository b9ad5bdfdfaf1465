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
 * One scratch buffer for all primitives of a backend, as large as the largest of them wants: they
 * run one after the other. Grows while planning, never while running.
 */
final class Scratchpad implements AutoCloseable {
  private static final class Address extends Pointer {
    Address(long address) {
      this.address = address;
    }
  }

  private final MemorySpace space;
  private final Set<memory> users = new HashSet<>();
  private long address;
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
    memory user = new memory(desc, engine, new Address(address));
    users.add(user);
    return user;
  }

  void detach(memory user) {
    users.remove(user);
  }

  private void grow(long wanted) {
    long grown = space.allocate(wanted);
    if (bytes > 0) space.free(address, bytes);
    address = grown;
    bytes = wanted;
    for (memory user : users) user.set_data_handle(new Address(address));
  }

  @Override
  public void close() {
    if (bytes > 0) space.free(address, bytes);
    bytes = 0;
    users.clear();
  }
}
