// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;

/** The C heap. Thread-safe. */
public final class HostMemory implements MemorySpace {
  private static final int ALIGNMENT = 64;

  private final Blocks blocks = new Blocks();

  /** What was allocated for a block, which begins at the next multiple of the alignment. */
  private final Map<Long, Pointer> allocated = new ConcurrentHashMap<>();

  public HostMemory() {
    // calloc, free and memcpy are native methods of JavaCPP itself; Pointer does not load them.
    NativePlatform.requireJavacpp();
  }

  @Override
  public String name() {
    return "host";
  }

  @Override
  public boolean onHost() {
    return true;
  }

  @Override
  public long allocate(long bytes) {
    if (bytes < 1) throw new InvalidArgumentException("bytes must be >= 1, got " + bytes);
    if (bytes > Long.MAX_VALUE - ALIGNMENT) throw new OutOfMemoryException(name(), bytes, "");
    Pointer block = Pointer.calloc(1, bytes + ALIGNMENT);
    if (block == null || block.isNull()) throw new OutOfMemoryException(name(), bytes, "");
    long aligned = (block.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    allocated.put(aligned, block);
    blocks.add(aligned, bytes);
    return aligned;
  }

  @Override
  public void free(long address, long bytes) {
    blocks.remove(address);
    Pointer.free(allocated.remove(address));
  }

  @Override
  public void upload(long destination, long hostSource, long bytes) {
    blocks.require("destination", destination, bytes);
    requireAddress("hostSource", hostSource);
    copy(destination, hostSource, bytes);
  }

  @Override
  public void download(long hostDestination, long source, long bytes) {
    requireAddress("hostDestination", hostDestination);
    blocks.require("source", source, bytes);
    copy(hostDestination, source, bytes);
  }

  private static void copy(long to, long from, long bytes) {
    Pointer.memmove(new Address(to, bytes), new Address(from, bytes), bytes);
  }

  /** What an address elsewhere means cannot be checked. */
  private static void requireAddress(String name, long address) {
    if (address == 0) throw new InvalidArgumentException(name + " is null");
  }
}
