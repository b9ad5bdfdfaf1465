// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.kernels.NativeReport;
import dev.secant.tensor.Build;

/**
 * What this build was made from.
 *
 * @param revision of the Java sources of the core
 * @param nativeRevision of the native library; null where it does not load or is refused, being of
 *     another build
 */
public record BuildInfo(String version, String revision, String nativeRevision) {
  /** Loads the native library to ask it. */
  public static BuildInfo read() {
    return new BuildInfo(programVersion(), javaRevision(), nativeRevisionOrNull());
  }

  /** Version and revision of the Java sources, such as {@code 0.1.0 (0123456789ab)}. */
  static String program() {
    return programVersion() + " (" + javaRevision() + ")";
  }

  /** Of the program, without loading the native library. */
  public static String programVersion() {
    return Build.ofClasses().version();
  }

  static String javaRevision() {
    return Build.ofClasses().revision();
  }

  /** The program and its native library were built from different sources, or one is lost. */
  public boolean differs() {
    return !revision.equals(nativeRevision);
  }

  /** Such as {@code 0.1.0 (0123456789ab)}. */
  public String describe() {
    return version + " (" + revision + ")";
  }

  private static String nativeRevisionOrNull() {
    try {
      return NativeReport.read().library().revision();
    } catch (LinkageError | RuntimeException e) {
      return null;
    }
  }
}
