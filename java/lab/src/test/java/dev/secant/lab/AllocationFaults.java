// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Allocations of libsecant, of its glue and of JavaCPP's pointers that fail
 * (native/tests/allocations.cpp): for a process that preloads {@link #library()}.
 */
public final class AllocationFaults {
  private AllocationFaults() {}

  /** What is to be preloaded; skips the test where it was not built. */
  public static Path library() {
    Path library = Path.of(System.getProperty("secant.allocations", "(unset)"));
    Assumptions.assumeTrue(
        Files.exists(library),
        "skipped: " + library + " is not there; ./secant test builds it with the native tests");
    return library.toAbsolutePath();
  }

  /** Watches the libraries, which are loaded by now; returns how many parts of them there are. */
  public static native long watch();

  /** The n-th allocation from now on fails, once; 0 for none. */
  public static native void failAllocation(long n);

  /** Allocations since that call. */
  public static native long allocations();

  /** Blocks that were allocated since {@link #watch} and not released. */
  public static native long live();
}
