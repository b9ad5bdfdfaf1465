// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/** The C heap. Thread-safe. */
public final class HostMemory implements MemorySpace {
  private static final int ALIGNMENT = 64;

  static {
    // calloc, free and memcpy are native methods of JavaCPP itself; Pointer does not load them, its
    // subclasses do.
    Loader.load(BytePointer.class);
  }

  private record Block(Pointer pointer, long bytes) {}

  private final ConcurrentSkipListMap<Long, Block> blocks = new ConcurrentSkipListMap<>();

  @Override
  public String name() {
    return "host";
  }

  @Override
  public long allocate(long bytes) {
    if (bytes < 1) throw new IllegalArgumentException("bytes must be >= 1, got " + bytes);
    if (bytes > Long.MAX_VALUE - ALIGNMENT) throw new OutOfMemoryException(name(), bytes, "");
    Pointer block = Pointer.calloc(1, bytes + ALIGNMENT);
    if (block == null || block.isNull()) throw new OutOfMemoryException(name(), bytes, "");
    long aligned = (block.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    blocks.put(aligned, new Block(block, bytes));
    return aligned;
  }

  @Override
  public void free(long address, long bytes) {
    Block block = blocks.remove(address);
    if (block == null) throw MemorySpace.foreign(address);
    Pointer.free(block.pointer());
  }

  @Override
  public void upload(long destination, long hostSource, long bytes) {
    requireOwn("destination", destination, bytes);
    requireAddress("hostSource", hostSource);
    copy(destination, hostSource, bytes);
  }

  @Override
  public void download(long hostDestination, long source, long bytes) {
    requireAddress("hostDestination", hostDestination);
    requireOwn("source", source, bytes);
    copy(hostDestination, source, bytes);
  }

  private static void copy(long to, long from, long bytes) {
    Pointer.memmove(new Address(to, bytes), new Address(from, bytes), bytes);
  }

  /** What lies in this memory is known; what an address elsewhere means cannot be checked. */
  private void requireOwn(String name, long address, long bytes) {
    if (bytes < 1) throw new IllegalArgumentException("bytes must be >= 1, got " + bytes);
    Map.Entry<Long, Block> below = blocks.floorEntry(address);
    if (below != null && address - below.getKey() <= below.getValue().bytes() - bytes) return;
    throw new IllegalArgumentException(
        name
            + " must be "
            + bytes
            + " bytes that were allocated here and not freed yet, got address 0x"
            + Long.toHexString(address));
  }

  private static void requireAddress(String name, long address) {
    if (address == 0) throw new IllegalArgumentException(name + " is null");
  }
}
