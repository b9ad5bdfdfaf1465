// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.lab.error.UsageException;
import java.util.Map;
import java.util.TreeMap;

/** Every option's value as text, each with its origin; a later source replaces an earlier one. */
final class Settings {
  /** A canonical text and where it came from. */
  record Setting(String text, Origin origin) {}

  private final Map<String, Setting> settings = new TreeMap<>();

  /** Checks the text against the option's type and keeps it. */
  void put(String key, String text, Origin origin) {
    OptionSpec spec = Options.get(key, origin);
    String canonical = spec.type().canonical(text.strip());
    if (canonical == null) {
      throw new UsageException(
          where(key, origin)
              + " must be "
              + spec.type().expected()
              + ", not \""
              + text
              + "\""
              + hint(spec, text));
    }
    settings.put(key, new Setting(canonical, origin));
  }

  String text(String key) {
    return settings.get(key).text();
  }

  Origin origin(String key) {
    return settings.get(key).origin();
  }

  boolean is(String key, String text) {
    return text(key).equals(text);
  }

  boolean auto(String key) {
    return is(key, "auto");
  }

  long whole(String key) {
    return Long.parseLong(text(key));
  }

  double real(String key) {
    return Double.parseDouble(text(key));
  }

  /** {@code method=erm (--method)}: a setting as errors name it. */
  String describe(String key) {
    return key + "=" + text(key) + " (" + origin(key).text() + ")";
  }

  Map<String, Setting> copy() {
    return new TreeMap<>(settings);
  }

  private static String where(String key, Origin origin) {
    return switch (origin.source()) {
      case FILE -> origin.text() + ": " + key;
      default -> origin.text();
    };
  }

  private static String hint(OptionSpec spec, String text) {
    return spec.type() instanceof ValueType.Choice c ? Nearest.hint("", text, c.values()) : "";
  }
}
