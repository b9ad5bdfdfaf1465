// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

/** Where tensors live. Addresses are plain numbers: host addresses or device addresses. */
public interface MemorySpace {
  /** Name for messages, such as {@code host} or {@code cuda:0}. */
  String name();

  /** Whether its addresses are those of the host. */
  default boolean onHost() {
    return false;
  }

  /**
   * Zeroed memory aligned to 64 bytes.
   *
   * @throws OutOfMemoryException when there is none
   */
  long allocate(long bytes);

  /**
   * @throws IllegalStateException for an address that {@link #allocate} did not give, or that was
   *     freed already
   */
  void free(long address, long bytes);

  /** Copies from host memory into this space and returns when the source may be reused. */
  void upload(long destination, long hostSource, long bytes);

  /** Copies from this space into host memory and returns when the data is there. */
  void download(long hostDestination, long source, long bytes);
}
