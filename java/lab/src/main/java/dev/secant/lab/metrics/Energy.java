// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

/**
 * What a run used of energy.
 *
 * @param joules NaN: not known
 * @param source what counted it, or why it is not known
 */
public record Energy(double joules, String source) {
  public static Energy unknown(String reason) {
    return new Energy(Double.NaN, reason);
  }
}
