// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.MemorySpace;
import java.util.ArrayList;
import java.util.List;

/**
 * Scratch memory of all plans of one branch of a step: they run one after the other, so that it is
 * as large as the largest wants. Branches that may run at the same time need one each. Grows while
 * planning, never while running: plan everything before recording a step. Confined to one thread at
 * a time; closing is idempotent.
 */
public final class Workspace implements AutoCloseable {
  /** Is told where the workspace lies, at once and whenever it moves. */
  interface User {
    /**
     * @param address 0 while nobody needs any
     */
    void workspaceAt(long address);
  }

  private final MemorySpace space;
  private final List<User> users = new ArrayList<>();
  private long address;
  private long bytes;
  private boolean closed;

  public Workspace(MemorySpace space) {
    this.space = space;
  }

  /** Bytes held now. */
  public long bytes() {
    return bytes;
  }

  void attach(User user, long wanted) {
    if (closed) throw new IllegalStateException("the workspace was closed");
    if (wanted > bytes) grow(wanted);
    user.workspaceAt(address);
    users.add(user);
  }

  void detach(User user) {
    users.remove(user);
  }

  private void grow(long wanted) {
    long grown = space.allocate(wanted);
    long old = address;
    long oldBytes = bytes;
    address = grown;
    bytes = wanted;
    for (User user : users) user.workspaceAt(address);
    if (oldBytes > 0) space.free(old, oldBytes);
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    users.clear();
    if (bytes > 0) space.free(address, bytes);
    bytes = 0;
    address = 0;
  }
}
