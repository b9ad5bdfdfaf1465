// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  private final Map<Long, Pointer> blocks = new ConcurrentHashMap<>();

  @Override
  public String name() {
    return "host";
  }

  @Override
  public long allocate(long bytes) {
    if (bytes < 1) throw new IllegalArgumentException("bytes must be >= 1, got " + bytes);
    Pointer block = Pointer.calloc(1, Math.addExact(bytes, ALIGNMENT));
    if (block == null || block.isNull()) throw new OutOfMemoryException(name(), bytes, "");
    long aligned = (block.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    blocks.put(aligned, block);
    return aligned;
  }

  @Override
  public void free(long address, long bytes) {
    Pointer block = blocks.remove(address);
    if (block == null)
      throw new IllegalStateException("not allocated here: 0x" + Long.toHexString(address));
    Pointer.free(block);
  }

  @Override
  public void upload(long destination, long hostSource, long bytes) {
    Pointer.memcpy(new Address(destination, bytes), new Address(hostSource, bytes), bytes);
  }

  @Override
  public void download(long hostDestination, long source, long bytes) {
    Pointer.memcpy(new Address(hostDestination, bytes), new Address(source, bytes), bytes);
  }
}
