// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.Locale;

/** What the rule says of an inequality or a claim. */
public enum Verdict {
  HOLDS,
  FAILS,
  UNDECIDED,
  /** The images are not the lossless release of a data set of the paper: no verdict is given. */
  INDICATIVE;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
