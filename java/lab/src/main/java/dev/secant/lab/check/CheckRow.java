// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that was looked at, or not.
 *
 * @param section heading in the table
 * @param name unique within its section
 * @param text result in a few words, or why there is none
 * @param values figures for machines, by name; the order is kept
 */
public record CheckRow(
    String section, String name, Status status, String text, Map<String, Object> values) {
  /** What did not run on the device is never a pass. */
  public enum Status {
    PASS,
    FAIL,
    NOT_RUN
  }

  public CheckRow {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  static CheckRow pass(String section, String name, String text) {
    return new CheckRow(section, name, Status.PASS, text, Map.of());
  }

  static CheckRow fail(String section, String name, String text) {
    return new CheckRow(section, name, Status.FAIL, text, Map.of());
  }

  static CheckRow notRun(String section, String name, String why) {
    return new CheckRow(section, name, Status.NOT_RUN, why, Map.of());
  }

  /** Pass or fail by a condition. */
  static CheckRow of(String section, String name, boolean passed, String text) {
    return passed ? pass(section, name, text) : fail(section, name, text);
  }

  /** The same with figures. */
  CheckRow with(Map<String, Object> figures) {
    return new CheckRow(section, name, status, text, figures);
  }
}
