// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.backend.Conv2d;

/**
 * Which convolutions run on the project's own kernels, Winograd's F(2×2, 3×3), and which on
 * oneDNN's direct ones: by shape, bias, instruction level, type of activations and, in bf16, what
 * the processor has for it, so that a run and its repetition compute the same bits. On a processor
 * with AVX2 each of the three passes took half to two thirds of the time of the fused operations
 * that a direct convolution needs, at 16 to 320 channels and on images of 4 to 32 pixels a side;
 * with AVX-512 it has not been measured.
 *
 * @param level of the kernels
 * @param bf16 what the processor can do where activations are bf16, or null where they are fp32
 */
record WinogradRule(int level, Bf16Support bf16) {
  /** The lowest level that has the kernels: they need fused multiply-adds. */
  private static final int FUSED = 3;

  /** Channels are taken in panels. */
  private static final int PANEL = 16;

  /** Smaller images are mostly border, whose zeros a direct convolution does not multiply. */
  private static final int SMALLEST_SIDE = 4;

  /**
   * With more, sums of a gradient of weights are kept for fewer groups, which leaves work for fewer
   * threads: 20 at 320, 8 at 512, 4 at 640.
   */
  private static final int MOST_CHANNELS = 320;

  /** Whether there are convolutions that it takes. */
  boolean takesAny() {
    return level >= FUSED && bf16 != Bf16Support.NATIVE;
  }

  boolean takes(Conv2d.Spec s, boolean bias) {
    return takesAny()
        && !bias
        && s.kernel() == 3
        && s.stride() == 1
        && takesSide(s.height())
        && takesSide(s.width())
        && takesChannels(s.in())
        && takesChannels(s.out());
  }

  private static boolean takesSide(int pixels) {
    return pixels % 2 == 0 && pixels >= SMALLEST_SIDE;
  }

  private static boolean takesChannels(int channels) {
    return channels % PANEL == 0 && channels <= MOST_CHANNELS;
  }
}
