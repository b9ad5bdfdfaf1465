// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A YAML file of options: one text a key, a list joined by commas. */
final class ConfigFile {
  /** A value as written, and the line it stands on. */
  record Entry(String text, int line) {}

  private ConfigFile() {}

  static Map<String, Entry> read(Path file) {
    return parse(file.toString(), YamlText.read(file, "configuration file"));
  }

  static Map<String, Entry> parse(String name, String text) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    YamlText.parse(name, text)
        .values()
        .forEach((key, v) -> entries.put(key, new Entry(String.join(",", v.items()), v.line())));
    return entries;
  }
}
