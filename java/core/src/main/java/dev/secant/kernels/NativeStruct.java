// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.OutOfMemoryException;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;

/** Structs of the C API. */
public final class NativeStruct {
  /** How JavaCPP passes on that {@code operator new} found no memory. */
  private static final String BAD_ALLOC = "std::bad_alloc";

  private NativeStruct() {}

  /**
   * A new one, of the caller's.
   *
   * @param constructor such as {@code secant_pool::new}
   * @throws OutOfMemoryException when there is no memory for it
   */
  public static <T extends Pointer> T of(Supplier<T> constructor) {
    try {
      return constructor.get();
    } catch (RuntimeException e) {
      if (!BAD_ALLOC.equals(e.getMessage())) throw e;
      throw new OutOfMemoryException("host", "none for a struct of the native interface");
    }
  }
}
