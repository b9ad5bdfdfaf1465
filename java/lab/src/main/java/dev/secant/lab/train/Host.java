// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** What a run records about the machine and the build. */
final class Host {
  private Host() {}

  /** Source revision of this build. */
  static String revision() {
    return build().getProperty("revision", "unknown");
  }

  static Map<String, String> versions(String backend) {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("secant", build().getProperty("version", "unknown"));
    versions.put(
        "java",
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    versions.put("backend", backend);
    return versions;
  }

  private static Properties build() {
    Properties properties = new Properties();
    try (InputStream in = Host.class.getResourceAsStream("/dev/secant/lab/build.properties")) {
      if (in != null) properties.load(in);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read build.properties from the class path", e);
    }
    return properties;
  }

  /** Processor, cores and operating system in one line. */
  static String describe() {
    return "%s, %d cores, %s %s"
        .formatted(
            processor(),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.version"));
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
