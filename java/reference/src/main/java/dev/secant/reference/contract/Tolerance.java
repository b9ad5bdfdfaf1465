// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference.contract;

/**
 * What an output may differ from the reference by: roundings × unit roundoff × magnitude.
 *
 * <p>A sum of n terms that carry random signs and are at most m in size has partial sums of about
 * √n · m; each of its n additions rounds by u times that, and the n errors, random themselves, add
 * up to about √n · u · √n · m = n · u · m. A mean divides that by n, but when its terms share a
 * sign its partial sums reach n · m: √n · (u · n · m) / n = √n · u · m. A chain of r operations on
 * values up to m ends r · u · m away at worst. Each is taken {@value #SAFETY} times, with {@value
 * #OVERHEAD} roundings more for the products, square roots, divisions and exponentials around the
 * sum. (The deterministic bound of the sum, n² · u · m, would not notice products rounded to 11
 * bits.)
 *
 * @param roundoff u of the candidate: 2^−24 for F32, 2^−53 for F64
 */
record Tolerance(double roundoff) {
  private static final double SAFETY = 8;
  private static final double OVERHEAD = 8;

  /** Of a sum of n terms, each at most {@code magnitude} in size. */
  double sum(double n, double magnitude) {
    return SAFETY * (n + OVERHEAD) * roundoff * magnitude;
  }

  /** Of a mean of n terms, each at most {@code magnitude} in size. */
  double mean(double n, double magnitude) {
    return SAFETY * (Math.sqrt(n) + OVERHEAD) * roundoff * magnitude;
  }

  /** Of a few operations on values up to {@code magnitude}. */
  double chain(double magnitude) {
    return SAFETY * roundoff * magnitude;
  }

  /**
   * secant.h promises 1e-5 D + 1e-7 of the probe in single precision; double precision owes its own
   * roundings.
   */
  double nonlin(double largest) {
    return roundoff > 0x1p-40 ? 1e-5 * largest + 1e-7 : 1e-12 * (1 + largest);
  }
}
