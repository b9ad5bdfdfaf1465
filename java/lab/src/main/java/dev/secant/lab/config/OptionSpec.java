// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

/**
 * One option of a run.
 *
 * @param key name in a configuration file and after {@code -o}
 * @param flag {@code --key} exists as well
 * @param group heading in help and documentation
 * @param fallback default as text
 * @param description one line
 */
public record OptionSpec(
    String key, boolean flag, String group, ValueType type, String fallback, String description) {

  /** How a user writes it: {@code --k} or {@code -o ict.space}. */
  public String spelling() {
    return flag ? "--" + key : "-o " + key;
  }
}
