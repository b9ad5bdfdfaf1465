// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import java.util.function.Consumer;

/** A part of the whole check. */
interface Check {
  /** Heading of its rows. */
  String section();

  /**
   * Looks, and tells as it goes. Whatever it throws becomes a failed row.
   *
   * @param rows takes what was found
   */
  void run(CheckSettings settings, Consumer<CheckRow> rows);
}
