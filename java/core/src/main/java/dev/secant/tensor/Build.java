// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which build something is of.
 *
 * @param version such as {@code 0.1.0-SNAPSHOT}
 * @param revision of the sources, twelve digits, with {@code -dirty} where they had changes;
 *     {@value #UNKNOWN} when they were not in a repository
 */
public record Build(String version, String revision) {
  /** Of sources that say no revision. */
  public static final String UNKNOWN = "unknown";

  private static final String RESOURCE = "build.properties";
  private static final Pattern NATIVE = Pattern.compile("secant (\\S+) revision (\\S+)( .*)?");
  private static final Build OF_CLASSES = read();

  /** Of these classes; loads nothing. */
  public static Build ofClasses() {
    return OF_CLASSES;
  }

  /** Of libsecant, from what {@code secant_build} says; of another text, that text as a version. */
  public static Build ofLibrary(String text) {
    Matcher matcher = NATIVE.matcher(text);
    return matcher.matches()
        ? new Build(matcher.group(1), matcher.group(2))
        : new Build("'" + text + "'", UNKNOWN);
  }

  /**
   * Whether classes and library can belong together: the same version, less {@code -SNAPSHOT}, and
   * the same revision, unless one of them is unknown.
   */
  public boolean fits(Build other) {
    return released().equals(other.released())
        && (revision.equals(other.revision)
            || revision.equals(UNKNOWN)
            || other.revision.equals(UNKNOWN));
  }

  private String released() {
    return version.replaceFirst("-SNAPSHOT$", "");
  }

  /** Such as {@code 0.1.0 (0123456789ab)}. */
  @Override
  public String toString() {
    return version + " (" + revision + ")";
  }

  private static Build read() {
    Properties properties = new Properties();
    try (InputStream in = Build.class.getResourceAsStream(RESOURCE)) {
      if (in != null) properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE + " of " + Build.class.getName(), e);
    }
    return new Build(
        properties.getProperty("version", UNKNOWN), properties.getProperty("revision", UNKNOWN));
  }
}
