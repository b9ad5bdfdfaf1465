// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.cudnn;

/**
 * A version of cuDNN.
 *
 * @param number as {@code cudnnGetVersion} gives it: 10000·major + 100·minor + patch
 */
record CudnnVersion(long number) {
  /**
   * The oldest version used: the first whose heuristics and plans take a device description, which
   * is how every plan is tested; kernels for compute capability 10 and 12 came just before, in 9.7.
   */
  static final CudnnVersion OLDEST = new CudnnVersion(90800);

  /** First version that is not known: its libraries would be called {@code .so.10}. */
  private static final CudnnVersion TOO_NEW = new CudnnVersion(100000);

  boolean isSupported() {
    return number >= OLDEST.number && number < TOO_NEW.number;
  }

  @Override
  public String toString() {
    return number / 10000 + "." + number / 100 % 100 + "." + number % 100;
  }
}
