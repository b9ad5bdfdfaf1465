// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.backend;

import dev.secant.tensor.InvalidArgumentException;

/**
 * A pixel p of channel f becomes p · scale[f] + shift[f].
 *
 * @param scale one per channel
 * @param shift one per channel
 */
public record Normalisation(float[] scale, float[] shift) {
  /**
   * x / 127.5 − 1.
   *
   * @param channels at least 1
   */
  public static Normalisation unit(int channels) {
    if (channels < 1) throw new InvalidArgumentException("channels must be >= 1, got " + channels);
    float[] scale = new float[channels];
    float[] shift = new float[channels];
    java.util.Arrays.fill(scale, (float) (1 / 127.5));
    java.util.Arrays.fill(shift, -1f);
    return new Normalisation(scale, shift);
  }

  /**
   * (x / 255 − mean) / std per channel, mean and std of pixels in 0..1.
   *
   * @throws IllegalArgumentException when one is null, or they are of different lengths
   */
  public static Normalisation meanStd(double[] mean, double[] std) {
    if (mean == null) throw new InvalidArgumentException("mean is null, expected one per channel");
    if (std == null) throw new InvalidArgumentException("std is null, expected one per channel");
    if (mean.length != std.length)
      throw new InvalidArgumentException(
          "std must have as many channels as mean, " + mean.length + ", got " + std.length);
    float[] scale = new float[mean.length];
    float[] shift = new float[mean.length];
    for (int f = 0; f < mean.length; f++) {
      scale[f] = (float) (1 / (255 * std[f]));
      shift[f] = (float) (-mean[f] / std[f]);
    }
    return new Normalisation(scale, shift);
  }
}
