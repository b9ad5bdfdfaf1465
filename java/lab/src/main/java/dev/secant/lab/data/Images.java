// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

/**
 * Labelled images of one size, all in one array. Immutable by agreement: nobody writes to the
 * arrays.
 *
 * @param pixels (N, H, W, F) u8
 * @param labels (N)
 */
public record Images(int height, int width, int channels, byte[] pixels, int[] labels) {
  public Images {
    long expected = (long) labels.length * height * width * channels;
    if (pixels.length != expected) {
      throw new IllegalArgumentException(
          "pixels: expected %d bytes for (N=%d, H=%d, W=%d, F=%d), got %d"
              .formatted(expected, labels.length, height, width, channels, pixels.length));
    }
  }

  public int count() {
    return labels.length;
  }

  /** Bytes of one image. */
  public int imageBytes() {
    return height * width * channels;
  }

  /** The first n images in file order; all of them when n is 0 or not smaller than the count. */
  public Images first(int n) {
    if (n <= 0 || n >= count()) return this;
    return new Images(
        height,
        width,
        channels,
        java.util.Arrays.copyOf(pixels, n * imageBytes()),
        java.util.Arrays.copyOf(labels, n));
  }
}
