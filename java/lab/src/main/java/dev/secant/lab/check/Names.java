// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import dev.secant.backend.DeviceOptions.Arithmetic;
import java.util.Locale;

/** Words of reports. */
final class Names {
  private Names() {}

  static String of(Arithmetic arithmetic) {
    return arithmetic.name().toLowerCase(Locale.ROOT);
  }
}
