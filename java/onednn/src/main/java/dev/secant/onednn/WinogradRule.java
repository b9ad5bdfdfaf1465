// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.onednn;

import dev.secant.backend.Conv2d;

/**
 * Which convolutions run on the project's own kernels, Winograd's F(2×2, 3×3), and which on
 * oneDNN's direct ones: by shape, instruction level and type of activations alone, so that a run
 * and its repetition compute the same bits.
 *
 * @param level of the kernels
 * @param bf16 what the processor can do where activations are bf16, or null where they are fp32
 */
record WinogradRule(int level, Bf16Support bf16) {
  /** The lowest with fused multiply-adds, without which the kernels have no chain to share. */
  private static final int FUSED = 3;

  /** Channels are taken in panels. */
  private static final int PANEL = 16;

  /** Smaller images are mostly border, whose zeros a direct convolution does not multiply. */
  private static final int SMALLEST_SIDE = 4;

  /** Beyond these the sums of a gradient of weights leave work for four threads only. */
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
