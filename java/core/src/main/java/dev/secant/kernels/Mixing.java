// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.Arguments.buffer;
import static dev.secant.kernels.Arguments.onHost;
import static dev.secant.kernels.Arguments.output;
import static dev.secant.kernels.Arguments.range;
import static dev.secant.kernels.KernelContext.check;

import dev.secant.backend.Normalisation;
import dev.secant.jni.Secant;
import dev.secant.jni.secant_pool;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * K-way mixing of a user's own data, Mix_λ(p_1..p_K) = Σ λ_k p_k (eq. 1 of the paper). Shape
 * letters: B mixed rows, K points each (1..16), T source rows, N images, D features. Buffers are
 * direct, in native order; what lies between position and limit counts. Outputs are overwritten.
 * Same thread rules as the {@link KernelContext}. Every argument is checked here; a wrong one
 * throws {@link IllegalArgumentException} with what was expected and found.
 */
public final class Mixing {
  private final KernelContext context;

  public Mixing(KernelContext context) {
    this.context = onHost("Mixing", context);
  }

  /**
   * Gathers, normalises and mixes images.
   *
   * @param pixels (N, H, W, F) u8, the resident images
   * @param indices (T) image of each source row
   * @param rows (B, K) source row of each mixed point
   * @param lambda (B, K) weights
   * @param out (B, H, W, F)
   */
  public void images(
      ByteBuffer pixels,
      ImageSize size,
      Normalisation normalisation,
      IntBuffer indices,
      IntBuffer rows,
      FloatBuffer lambda,
      int ways,
      FloatBuffer out) {
    range("ways", ways, 1, Secant.SECANT_MAX_WAYS);
    long image = size.elements();
    long count = pixels == null ? 0 : pixels.remaining() / image;
    buffer("pixels", pixels, count * image, "(N, " + size + ")");
    buffer("indices", indices, indices == null ? 0 : indices.remaining(), "(T)");
    int batch = batch(rows, lambda, ways);
    output("out", out, batch * image, "(B=" + batch + ", " + size + ")");
    requireChannels(normalisation, size.channels());
    try (BytePointer nativePixels = new BytePointer(pixels);
        secant_pool pool = new secant_pool();
        IntPointer nativeIndices = new IntPointer(indices);
        IntPointer nativeRows = new IntPointer(rows);
        FloatPointer nativeLambda = new FloatPointer(lambda);
        FloatPointer scale = new FloatPointer(normalisation.scale());
        FloatPointer shift = new FloatPointer(normalisation.shift());
        FloatPointer nativeOut = new FloatPointer(out)) {
      pool.pixels(nativePixels).count(count);
      pool.height(size.height()).width(size.width()).channels(size.channels());
      int sources = indices.remaining();
      check(
          Secant.secant_mix_images(
              context.handle(),
              pool,
              batch,
              ways,
              sources,
              0,
              nativeIndices,
              (IntPointer) null,
              nativeRows,
              nativeLambda,
              scale,
              shift,
              nativeOut));
    }
  }

  /**
   * Mixes rows of floats: features, soft targets.
   *
   * @param source (T, D)
   * @param features D
   * @param rows (B, K) source row of each mixed point
   * @param lambda (B, K) weights
   * @param out (B, D)
   */
  public void values(
      FloatBuffer source,
      int features,
      IntBuffer rows,
      FloatBuffer lambda,
      int ways,
      FloatBuffer out) {
    range("ways", ways, 1, Secant.SECANT_MAX_WAYS);
    range("features", features, 1, Integer.MAX_VALUE);
    int sources = source == null ? 0 : source.remaining() / features;
    buffer("source", source, (long) sources * features, "(T, D=" + features + ")");
    int batch = batch(rows, lambda, ways);
    output("out", out, (long) batch * features, "(B=" + batch + ", D=" + features + ")");
    check(
        Secant.secant_mix_values(
            context.handle(), batch, ways, sources, features, source, rows, lambda, out));
  }

  private static int batch(IntBuffer rows, FloatBuffer lambda, int ways) {
    int batch = rows == null ? 0 : rows.remaining() / ways;
    String shape = "(B=" + batch + ", K=" + ways + ")";
    buffer("rows", rows, (long) batch * ways, shape);
    buffer("lambda", lambda, (long) batch * ways, shape);
    range("batch", batch, 1, Integer.MAX_VALUE);
    return batch;
  }

  static void requireChannels(Normalisation n, int channels) {
    if (n.scale().length != channels || n.shift().length != channels) {
      throw new IllegalArgumentException(
          "normalisation must have "
              + channels
              + " channels, got "
              + n.scale().length
              + " and "
              + n.shift().length);
    }
  }

  /** Height, width and channels of an image. */
  public record ImageSize(int height, int width, int channels) {
    long elements() {
      return Math.multiplyExact(Math.multiplyExact((long) height, width), channels);
    }

    @Override
    public String toString() {
      return "H=" + height + ", W=" + width + ", F=" + channels;
    }
  }
}
