// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.reference;

import dev.secant.backend.ImagePool;
import dev.secant.backend.Normalisation;

/**
 * Images of a pool as source rows: augmented by crop and flip, normalised; and their one-hot
 * labels.
 */
final class SourceImages {
  private final ImagePool pool;
  private final double[] scale;
  private final double[] shift;
  private final int height;
  private final int width;
  private final int channels;

  SourceImages(ImagePool pool, Normalisation normalisation) {
    this.pool = pool;
    this.height = pool.height();
    this.width = pool.width();
    this.channels = pool.channels();
    this.scale = new double[channels];
    this.shift = new double[channels];
    for (int f = 0; f < channels; f++) {
      scale[f] = normalisation.scale()[f];
      shift[f] = normalisation.shift()[f];
    }
  }

  /** (T, H, W, F) from indices (T) and crops (T, 3). */
  double[] batch(int[] indices, int[] crops, int pad) {
    double[] out = new double[indices.length * height * width * channels];
    int at = 0;
    for (int t = 0; t < indices.length; t++) {
      byte[] pixels = pool.pixels().rows(indices[t], indices[t] + 1).toBytes();
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int sourceY = reflect(y + crops[3 * t] - pad, height);
          int unflippedX = crops[3 * t + 2] == 1 ? width - 1 - x : x;
          int sourceX = reflect(unflippedX + crops[3 * t + 1] - pad, width);
          int pixel = (sourceY * width + sourceX) * channels;
          for (int f = 0; f < channels; f++) {
            out[at++] = Byte.toUnsignedInt(pixels[pixel + f]) * scale[f] + shift[f];
          }
        }
      }
    }
    return out;
  }

  /** −1 → 1, n → n − 2: the edge itself is not repeated. */
  private static int reflect(int i, int n) {
    if (i < 0) return -i;
    return i < n ? i : 2 * (n - 1) - i;
  }

  /** (T, C) from indices (T). */
  double[] oneHot(int[] indices) {
    int[] labels = pool.labels().toInts();
    double[] out = new double[indices.length * pool.classes()];
    for (int t = 0; t < indices.length; t++) out[t * pool.classes() + labels[indices[t]]] = 1;
    return out;
  }
}
