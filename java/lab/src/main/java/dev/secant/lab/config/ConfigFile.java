// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.lab.error.UsageException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A YAML file of options: one text a key, a list joined by commas. */
final class ConfigFile {
  /** Version of the files that this program writes, and the newest it reads. */
  static final int FORMAT = 1;

  /** Key of the version; a file without it is of version 1. */
  static final String FORMAT_KEY = "format";

  private static final Pattern FORMAT_LINE = Pattern.compile("(?m)^format[ \\t]*:(.*)$");

  /** A value as written, and the line it stands on. */
  record Entry(String text, int line) {}

  private ConfigFile() {}

  static Map<String, Entry> read(Path file) {
    return parse(file.toString(), YamlText.read(file, "configuration file"));
  }

  static Map<String, Entry> parse(String name, String text) {
    requireFormat(name, text);
    Map<String, Entry> entries = new LinkedHashMap<>();
    YamlText.parse(name, text)
        .values()
        .forEach((key, v) -> entries.put(key, new Entry(String.join(",", v.items()), v.line())));
    entries.remove(FORMAT_KEY);
    return entries;
  }

  /** Looked at before the text is parsed: another version may have changed everything else. */
  private static void requireFormat(String name, String text) {
    Matcher head = FORMAT_LINE.matcher(text);
    if (!head.find()) return;
    String found = head.group(1).strip();
    String at = name + " line " + (1 + text.substring(0, head.start()).lines().count());
    if (!found.matches("[1-9][0-9]{0,8}"))
      throw new UsageException(at + ": format must be a whole number of at least 1");
    if (Integer.parseInt(found) > FORMAT)
      throw new UsageException(
          at
              + ": format "
              + found
              + " is that of a newer version of the program; this one reads format "
              + FORMAT);
  }
}
