// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import dev.secant.events.ArenaAllocationEvent;
import dev.secant.events.FlightEvents;
import java.util.ArrayList;
import java.util.List;

/**
 * Owner of tensors: closing it frees them all. Idempotent. Serves one thread at a time, which is
 * checked: whatever touches the memory of its tensors, or closes it, while another thread is inside
 * throws {@link IllegalStateException}.
 */
public final class Arena implements AutoCloseable {
  private record Block(long address, long bytes) {}

  private final MemorySpace space;
  private final Lifetime lifetime;
  private final List<Block> blocks = new ArrayList<>();
  private long bytes;

  public Arena(MemorySpace space) {
    this(space, new Turn("the arena"));
  }

  /**
   * @param turn of whatever computes on the tensors, so that neither runs while the other one does
   */
  public Arena(MemorySpace space, Turn turn) {
    if (space == null) throw new InvalidArgumentException("space is null");
    if (turn == null) throw new InvalidArgumentException("turn is null");
    this.space = space;
    this.lifetime = new Lifetime(this, "the arena", turn);
  }

  /** A zeroed tensor of this arena. */
  public Tensor tensor(DType dtype, long... dims) {
    try (Turn.Use use = lifetime.use()) {
      if (dtype == null) throw new InvalidArgumentException("dtype is null");
      Shape shape = Shape.of(dims);
      long size = shape.bytes(dtype);
      ArenaAllocationEvent event = FlightEvents.arenaAllocation();
      long address = space.allocate(size);
      if (event != null) event.end(space.name(), size);
      blocks.add(new Block(address, size));
      bytes += size;
      return new Tensor(this, address, shape, dtype);
    }
  }

  public MemorySpace space() {
    return space;
  }

  /** Bytes held by the tensors of this arena. */
  public long bytes() {
    return bytes;
  }

  /** Takes the turn of an open arena, for one copy. */
  Turn.Use use() {
    return lifetime.use();
  }

  void requireOpen() {
    lifetime.requireOpen();
  }

  @Override
  public void close() {
    try (Turn.Use use = lifetime.turn().take()) {
      if (!lifetime.end()) return;
      List<AutoCloseable> all = new ArrayList<>();
      for (Block block : blocks) all.add(() -> space.free(block.address(), block.bytes()));
      blocks.clear();
      Closing.all(all);
    }
  }
}
