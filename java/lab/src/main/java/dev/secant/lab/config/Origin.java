// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

/**
 * Where a value came from.
 *
 * @param text for messages, such as {@code flag --k} or {@code run.yaml line 3}
 */
public record Origin(Source source, String text) {
  /** Later sources win. */
  public enum Source {
    DEFAULT,
    READING,
    FILE,
    OVERRIDE,
    FLAG
  }

  static final Origin FALLBACK = new Origin(Source.DEFAULT, "default");

  static Origin reading(String name) {
    return new Origin(Source.READING, "reading " + name);
  }

  static Origin file(String name, int line) {
    return new Origin(Source.FILE, name + " line " + line);
  }

  static Origin environment(String variable) {
    return new Origin(Source.DEFAULT, "environment " + variable);
  }

  /**
   * Settled where {@code auto} stood.
   *
   * @param asked where {@code auto} came from
   * @param from what decided, such as {@code method ict}
   */
  static Origin auto(Origin asked, String from) {
    String word = asked.explicit() ? "auto (" + asked.text() + ")" : "auto";
    return new Origin(asked.source(), word + ", from " + from);
  }

  static Origin override(String key) {
    return new Origin(Source.OVERRIDE, "-o " + key);
  }

  static Origin flag(String key) {
    return new Origin(Source.FLAG, "--" + key);
  }

  /** Given by the user, in a file or on the command line. */
  boolean explicit() {
    return source.compareTo(Source.FILE) >= 0;
  }

  /** Given on the command line, as a flag or with {@code -o}. */
  boolean onCommandLine() {
    return source.compareTo(Source.FILE) > 0;
  }
}
