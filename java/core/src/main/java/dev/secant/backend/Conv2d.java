// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.Tensor;

/** A square convolution with symmetric padding (kernel − 1) / 2, NHWC, kernel OHWI. */
public interface Conv2d {
  /**
   * @param batch rows
   * @param height of the input, a multiple of stride
   * @param width of the input, a multiple of stride
   * @param in input channels
   * @param out output channels
   * @param kernel 1 or 3
   * @param stride 1 or 2
   */
  record Spec(int batch, int height, int width, int in, int out, int kernel, int stride) {
    public int outHeight() {
      return height / stride;
    }

    public int outWidth() {
      return width / stride;
    }

    /** Multiply-adds of the forward pass for one row. */
    public long multiplyAdds() {
      return (long) outHeight() * outWidth() * out * in * kernel * kernel;
    }
  }

  /**
   * @param x (B, H, W, I)
   * @param w (O, k, k, I)
   * @param b (O) or null
   * @param y (B, H/s, W/s, O)
   * @param dL_dy as y; null together with the other gradients: forward only
   * @param dL_dx as x; null: never asked for (the stem)
   * @param dL_dw as w
   * @param dL_db as b, null when b is
   */
  record Tensors(
      Tensor x,
      Tensor w,
      Tensor b,
      Tensor y,
      Tensor dL_dy,
      Tensor dL_dx,
      Tensor dL_dw,
      Tensor dL_db) {
    public static Tensors forwardOnly(Tensor x, Tensor w, Tensor b, Tensor y) {
      return new Tensors(x, w, b, y, null, null, null, null);
    }
  }

  void forward();

  void backwardData();

  /** Overwrites dL_dw and dL_db. */
  void backwardWeights();
}
