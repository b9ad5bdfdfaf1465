// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.kernels.KernelContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this build was made from.
 *
 * @param revision of the Java sources
 * @param nativeRevision of the native library; null where it does not load
 */
public record BuildInfo(String version, String revision, String nativeRevision) {
  private static final Pattern REVISION = Pattern.compile(" revision (\\S+)");

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
    return property("build.properties", "version");
  }

  static String javaRevision() {
    return property("revision.properties", "revision");
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
      Matcher matcher = REVISION.matcher(KernelContext.nativeBuild());
      return matcher.find() ? matcher.group(1) : "unknown";
    } catch (LinkageError | RuntimeException e) {
      return null;
    }
  }

  private static String property(String resource, String name) {
    Properties properties = new Properties();
    try (InputStream in = BuildInfo.class.getResourceAsStream("/dev/secant/lab/" + resource)) {
      if (in != null) properties.load(in);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + resource + " from the class path", e);
    }
    return properties.getProperty(name, "unknown");
  }
}
