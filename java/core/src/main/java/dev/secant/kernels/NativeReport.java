// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import dev.secant.tensor.Build;
import dev.secant.tensor.NativePlatform;

/**
 * What is loaded, for a log or a report of a fault.
 *
 * @param classes the build of the Java classes
 * @param library the build of libsecant, which was found to fit when it was loaded
 * @param compiled the same with its compiler and flags, as the library says it
 * @param level the highest instruction level of this processor, that of a context unless it asks
 *     for another: 2, 3 or 4 (x86-64-v2, -v3, -v4)
 * @param file the path of libsecant; its bare name where Java's own loader found it in {@code
 *     java.library.path}
 */
public record NativeReport(Build classes, Build library, String compiled, int level, String file) {
  /**
   * Loads the native library, unless that was done before.
   *
   * @throws dev.secant.tensor.BackendUnavailableException when it does not load
   */
  public static NativeReport read() {
    String compiled = KernelContext.nativeBuild();
    return new NativeReport(
        Build.ofClasses(),
        Build.ofLibrary(compiled),
        compiled,
        KernelContext.processorLevel(),
        NativePlatform.kernelsFile());
  }

  /** In one line, such as {@code libsecant 0.1.0 (0123456789ab), x86-64-v4, /opt/libsecant.so}. */
  @Override
  public String toString() {
    return "libsecant " + library + ", x86-64-v" + level + ", " + file;
  }
}
