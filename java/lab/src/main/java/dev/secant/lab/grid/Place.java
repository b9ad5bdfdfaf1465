// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.config.ConfigResolver;
import java.nio.file.Path;

/**
 * Where a cell runs; changes nothing of what it computes.
 *
 * @param data where data sets are
 * @param threadsOrNull null: every core
 * @param deviceOrNull null: the first
 */
public record Place(DataFolders data, Integer threadsOrNull, Integer deviceOrNull) {
  /** To plan with. */
  static final Place NOWHERE = new Place(DataFolders.UNKNOWN, null, null);

  void apply(ConfigResolver resolver, String dataset, Path out) {
    if (!dataset.equals(DataFolders.MADE)) resolver.flag("data", data.of(dataset).toString());
    if (threadsOrNull != null) resolver.flag("threads", threadsOrNull.toString());
    if (deviceOrNull != null) resolver.flag("device", deviceOrNull.toString());
    resolver.flag("out", out.toString());
  }
}
