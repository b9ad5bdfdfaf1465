// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.data;

import dev.secant.backend.Normalisation;
import dev.secant.lab.error.DataException;

/**
 * Mean and standard deviation of every channel over all pixels, for pixels in 0..1. The sums are
 * integers, so the result does not depend on any order.
 */
public record PixelStatistics(double[] mean, double[] std) {
  public static PixelStatistics of(Images images) {
    int channels = images.channels();
    long[] sum = new long[channels];
    long[] squares = new long[channels];
    byte[] pixels = images.pixels();
    for (int p = 0; p < pixels.length; p += channels) {
      for (int f = 0; f < channels; f++) {
        int value = pixels[p + f] & 0xFF;
        sum[f] += value;
        squares[f] += (long) value * value;
      }
    }
    double n = (double) pixels.length / channels;
    double[] mean = new double[channels];
    double[] std = new double[channels];
    for (int f = 0; f < channels; f++) {
      mean[f] = sum[f] / n / 255;
      std[f] = StrictMath.sqrt(squares[f] / n - (sum[f] / n) * (sum[f] / n)) / 255;
      if (!(std[f] > 0)) {
        throw new DataException(
            "channel " + f + " has the same value everywhere; normalise=meanstd cannot scale it");
      }
    }
    return new PixelStatistics(mean, std);
  }

  public Normalisation normalisation() {
    return Normalisation.meanStd(mean, std);
  }
}
