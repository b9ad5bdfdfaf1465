// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import java.util.List;
import java.util.Map;

/**
 * A run's choices and how they came about.
 *
 * @param values every option by key, sorted, with the source that decided it
 * @param notes what the program chose by itself and a user should know, one line each
 */
public record ResolvedConfig(RunConfig config, Map<String, Value> values, List<String> notes) {
  /** An option's settled value as text. */
  public record Value(String text, Origin origin) {}
}
