// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.ErrorCode;
import dev.secant.tensor.MemorySpace;
import dev.secant.tensor.WrongStateException;
import java.util.ArrayList;
import java.util.List;

/**
 * Scratch memory of all plans of one lane, that is of one stream of a backend: they run one after
 * the other, so that it is as large as the largest wants. Streams need one each. Grows while
 * planning, never while running: plan everything before recording a step. Confined to one thread at
 * a time; closing is idempotent.
 *
 * <p>A block that became too small is kept until the end: a recorded step may hold its address.
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
  private final List<Block> outgrown = new ArrayList<>();
  private long address;
  private long bytes;
  private boolean closed;

  private record Block(long address, long bytes) {}

  public Workspace(MemorySpace space) {
    this.space = space;
  }

  /** Bytes of the block in use. */
  public long bytes() {
    return bytes;
  }

  /** An empty one in the same memory, for what must not make this one grow. */
  Workspace another() {
    return new Workspace(space);
  }

  void attach(User user, long wanted) {
    if (closed) throw new WrongStateException(ErrorCode.CLOSED, "the workspace was closed");
    if (wanted > bytes) grow(wanted);
    user.workspaceAt(address);
    users.add(user);
  }

  void detach(User user) {
    users.remove(user);
  }

  private void grow(long wanted) {
    long grown = space.allocate(wanted);
    if (bytes > 0) outgrown.add(new Block(address, bytes));
    address = grown;
    bytes = wanted;
    for (User user : users) user.workspaceAt(address);
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    users.clear();
    if (bytes > 0) outgrown.add(new Block(address, bytes));
    for (Block block : outgrown) space.free(block.address(), block.bytes());
    outgrown.clear();
    bytes = 0;
    address = 0;
  }
}
