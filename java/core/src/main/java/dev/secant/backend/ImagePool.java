// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;

/**
 * A resident data set.
 *
 * @param pixels (N, H, W, F) U8
 * @param labels (N) I32 in 0..classes−1
 */
public record ImagePool(Tensor pixels, Tensor labels, int classes) {
  public int height() {
    return (int) pixels.dim(1);
  }

  public int width() {
    return (int) pixels.dim(2);
  }

  public int channels() {
    return (int) pixels.dim(3);
  }

  public long count() {
    return pixels.dim(0);
  }
}
