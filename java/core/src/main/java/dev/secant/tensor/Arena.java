// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.util.ArrayList;
import java.util.List;

/** Owner of tensors: closing it frees them all. Idempotent. Confined to one thread at a time. */
public final class Arena implements AutoCloseable {
  private record Block(long address, long bytes) {}

  private final MemorySpace space;
  private final List<Block> blocks = new ArrayList<>();
  private long bytes;
  private boolean closed;

  public Arena(MemorySpace space) {
    this.space = space;
  }

  /** A zeroed tensor of this arena. */
  public Tensor tensor(DType dtype, long... dims) {
    requireOpen();
    Shape shape = Shape.of(dims);
    long size = Math.multiplyExact(shape.count(), dtype.bytes());
    long address = space.allocate(size);
    blocks.add(new Block(address, size));
    bytes += size;
    return new Tensor(this, address, shape, dtype);
  }

  public MemorySpace space() {
    return space;
  }

  /** Bytes held by the tensors of this arena. */
  public long bytes() {
    return bytes;
  }

  boolean isClosed() {
    return closed;
  }

  void requireOpen() {
    if (closed) throw new IllegalStateException("the arena was closed");
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    List<AutoCloseable> all = new ArrayList<>();
    for (Block block : blocks) all.add(() -> space.free(block.address(), block.bytes()));
    blocks.clear();
    Closing.all(all);
  }
}
