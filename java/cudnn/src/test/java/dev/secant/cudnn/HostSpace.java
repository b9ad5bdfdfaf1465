// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

import dev.secant.tensor.HostMemory;
import dev.secant.tensor.MemorySpace;
import java.util.HashMap;
import java.util.Map;

/** Host memory in the place of device memory, counting what is held. */
final class HostSpace implements MemorySpace {
  private final HostMemory host = new HostMemory();
  private final Map<Long, Long> blocks = new HashMap<>();

  /** Bytes allocated and not freed. */
  long held() {
    return blocks.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public String name() {
    return host.name();
  }

  @Override
  public long allocate(long bytes) {
    long address = host.allocate(bytes);
    blocks.put(address, bytes);
    return address;
  }

  @Override
  public void free(long address, long bytes) {
    blocks.remove(address);
    host.free(address, bytes);
  }

  @Override
  public void upload(long destination, long hostSource, long bytes) {
    host.upload(destination, hostSource, bytes);
  }

  @Override
  public void download(long hostDestination, long source, long bytes) {
    host.download(hostDestination, source, bytes);
  }
}
