// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Blocks of memory that were allocated and not freed, by address. Thread-safe. */
public final class Blocks {
  private final ConcurrentSkipListMap<Long, Long> bytes = new ConcurrentSkipListMap<>();

  public void add(long address, long size) {
    bytes.put(address, size);
  }

  /**
   * @throws IllegalStateException unless the address is that of a block
   */
  public void remove(long address) {
    if (bytes.remove(address) != null) return;
    throw new WrongStateException(
        ErrorCode.WRONG_STATE,
        "address must be one that was allocated here and not freed yet, got 0x"
            + Long.toHexString(address));
  }

  /**
   * @throws IllegalArgumentException unless so many bytes, at least one, lie within one block
   */
  public void require(String name, long address, long size) {
    if (size < 1) throw new InvalidArgumentException("bytes must be >= 1, got " + size);
    Map.Entry<Long, Long> below = bytes.floorEntry(address);
    if (below != null && address - below.getKey() <= below.getValue() - size) return;
    throw new InvalidArgumentException(
        name
            + " must be "
            + size
            + " bytes that were allocated here and not freed yet, got address 0x"
            + Long.toHexString(address));
  }
}
