// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Faults of the emulated CUDA devices (cuda/emulation/faults.h): the native methods are functions
 * of the emulated library itself. They hold for the whole process; whoever asks for one takes it
 * back.
 */
public final class EmulatedFaults {
  private static boolean loaded;

  private EmulatedFaults() {}

  /** The emulated library, with these methods ready; skips the test where it was not built. */
  public static synchronized Path library() {
    Path library = Path.of(System.getProperty("secant.emulated", "(unset)"));
    Assumptions.assumeTrue(
        Files.exists(library),
        "skipped: " + library + " is not there; ./secant test builds it with the native tests");
    if (!loaded) System.load(library.toAbsolutePath().toString());
    loaded = true;
    return library;
  }

  /** The n-th allocation from now on fails, once; 0 for none. */
  public static native void failAllocation(long n);

  /** Allocations since that call. */
  public static native long allocations();

  /** Bytes of all devices that are allocated and not released. */
  public static native long bytes();

  /**
   * The n-th kernel that runs from now on fails, and its device with it; 0 for none, and all
   * devices are well again.
   */
  public static native void failKernel(long n);

  /** Kernels that ran since that call. */
  public static native long kernels();
}
