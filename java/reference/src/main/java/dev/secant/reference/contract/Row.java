// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

/**
 * One output of one op in one case.
 *
 * @param op with the output compared, such as {@code conv2d dL_dw}
 * @param name of the case
 * @param error largest absolute difference from the reference, beyond the rounding of a stored bf16
 *     value; NaN when anything was not a number or the op threw
 * @param tolerance what {@link Tolerance} allows
 * @param note why there is no error figure; empty otherwise
 */
public record Row(String op, String name, double error, double tolerance, String note) {
  public boolean passed() {
    return error <= tolerance;
  }

  /** One line for people. */
  public String text() {
    String verdict = passed() ? "ok  " : "FAIL";
    String line =
        String.format(
            "%s %-26s %-46s error %.2e  tolerance %.2e", verdict, op, name, error, tolerance);
    return note.isEmpty() ? line : line + "  " + note;
  }
}
