// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

/** What the numbers of a comparison are. */
public enum Scale {
  NONLIN,
  /** Shares from 0 to 1. */
  ACCURACY,
  /** Natural logarithms of numbers of labels, so that differences are ratios. */
  LOG_LABELS
}
