// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.consumer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/** The jars of java/core as the build made them, and what they need. */
final class Jars {
  static final String PLATFORM = "linux-x86_64";
  private static final Path CORE = Path.of(property("secant.root"), "java/core/target");

  private Jars() {}

  static Path classes() {
    return core("");
  }

  static Path natives() {
    return core("-" + PLATFORM);
  }

  static Path core(String classifier) {
    return there(CORE.resolve("secant-core-" + property("secant.version") + classifier + ".jar"));
  }

  /** What a user's class path holds besides. */
  static List<Path> needed() {
    String javacpp = property("javacpp.version");
    return List.of(
        repository("org/bytedeco/javacpp", javacpp, "javacpp-" + javacpp),
        repository("org/bytedeco/javacpp", javacpp, "javacpp-" + javacpp + "-" + PLATFORM),
        repository(
            "org/slf4j/slf4j-api",
            property("slf4j.version"),
            "slf4j-api-" + property("slf4j.version")));
  }

  private static Path repository(String artifact, String version, String name) {
    return there(Path.of(property("maven.repository"), artifact, version, name + ".jar"));
  }

  private static Path there(Path jar) {
    if (Files.isRegularFile(jar)) return jar;
    throw new IllegalStateException(
        jar + " is missing: these tests run from the package phase on (mvn verify)");
  }

  static List<String> names(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream().filter(e -> !e.isDirectory()).map(ZipEntry::getName).toList();
    }
  }

  static void extract(Path jar, Path folder) {
    try (JarFile file = new JarFile(jar.toFile())) {
      for (ZipEntry entry : file.stream().filter(e -> !e.isDirectory()).toList()) {
        Path target = folder.resolve(entry.getName());
        Files.createDirectories(target.getParent());
        Files.copy(file.getInputStream(entry), target);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) throw new IllegalStateException("-D" + name + " is not set");
    return value;
  }
}
