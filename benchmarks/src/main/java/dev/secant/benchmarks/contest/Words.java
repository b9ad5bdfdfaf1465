// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.contest;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The words of a problem: its kernel, then {@code key=value}. */
final class Words {
  private final String text;
  private final String first;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();

  private Words(String text, List<String> words) {
    this.text = text;
    this.first = words.get(0);
    for (String word : words.subList(1, words.size())) {
      int equals = word.indexOf('=');
      if (equals < 1)
        throw new IllegalArgumentException("expected key=value in '" + text + "', got " + word);
      values.put(word.substring(0, equals), word.substring(equals + 1));
    }
  }

  static Words of(String text) {
    return new Words(text, List.of(text.strip().split("\\s+")));
  }

  String first() {
    return first;
  }

  int number(String key, int fallback) {
    used.add(key);
    String value = values.get(key);
    if (value == null) return fallback;
    if (!value.matches("[1-9][0-9]{0,8}"))
      throw new IllegalArgumentException(key + " must be a whole number in '" + text + "'");
    return Integer.parseInt(value);
  }

  /** One of the given words, of which the first is the default. */
  String oneOf(String key, String... allowed) {
    used.add(key);
    String value = values.getOrDefault(key, allowed[0]);
    if (List.of(allowed).contains(value)) return value;
    throw new IllegalArgumentException(
        key + " must be one of " + List.of(allowed) + " in '" + text + "'");
  }

  void requireAllUsed() {
    if (used.containsAll(values.keySet())) return;
    throw new IllegalArgumentException("unknown key in '" + text + "'; there are " + used);
  }
}
