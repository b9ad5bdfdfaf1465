// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.Arguments.apart;
import static dev.secant.kernels.Arguments.given;
import static dev.secant.kernels.Arguments.onHost;
import static dev.secant.kernels.Arguments.output;
import static dev.secant.kernels.Arguments.range;
import static dev.secant.kernels.Arguments.rows;
import static dev.secant.kernels.Arguments.weights;
import static dev.secant.kernels.KernelContext.check;

import dev.secant.backend.Normalisation;
import dev.secant.jni.Secant;
import dev.secant.jni.secant_pool;
import dev.secant.tensor.Turn;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * K-way mixing of a user's own data, Mix_λ(p_1..p_K) = Σ λ_k p_k (eq. 1 of the paper). Shape
 * letters: B mixed rows, K points each (1..16), T source rows, N images, D features. Buffers are
 * direct, in native order; what lies between position and limit counts. Outputs are overwritten and
 * share no memory with inputs; weights sum to 1 within 1e-4. Same thread rules as the {@link
 * KernelContext}. Every argument is checked before anything is written; a wrong one throws {@link
 * IllegalArgumentException} with what was expected and found.
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
    long image = given("size", size).elements();
    int count = rows("pixels", pixels, image, "(N, " + size + ")");
    int sources = rows("indices", indices, 1, "(T)");
    int batch = batch(rows, lambda, ways);
    output("out", out, batch * image, "(B=" + batch + ", " + size + ")");
    requireChannels(normalisation, size.channels());
    try (Turn.Use use = context.use();
        BytePointer nativePixels = new BytePointer(pixels);
        secant_pool pool = NativeStruct.of(secant_pool::new);
        IntPointer nativeIndices = new IntPointer(indices);
        IntPointer nativeRows = new IntPointer(rows);
        FloatPointer nativeLambda = new FloatPointer(lambda);
        FloatPointer scale = new FloatPointer(normalisation.scale());
        FloatPointer shift = new FloatPointer(normalisation.shift());
        FloatPointer nativeOut = new FloatPointer(out)) {
      apart("out", nativeOut, "pixels", nativePixels);
      apart("out", nativeOut, "indices", nativeIndices);
      apart("out", nativeOut, "rows", nativeRows);
      apart("out", nativeOut, "lambda", nativeLambda);
      pool.pixels(nativePixels).count(count);
      pool.height(size.height()).width(size.width()).channels(size.channels());
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
    int sources = rows("source", source, features, "(T, D=" + features + ")");
    int batch = batch(rows, lambda, ways);
    output("out", out, (long) batch * features, "(B=" + batch + ", D=" + features + ")");
    try (Turn.Use use = context.use();
        FloatPointer nativeSource = new FloatPointer(source);
        IntPointer nativeRows = new IntPointer(rows);
        FloatPointer nativeLambda = new FloatPointer(lambda);
        FloatPointer nativeOut = new FloatPointer(out)) {
      apart("out", nativeOut, "source", nativeSource);
      apart("out", nativeOut, "rows", nativeRows);
      apart("out", nativeOut, "lambda", nativeLambda);
      check(
          Secant.secant_mix_values(
              context.handle(),
              batch,
              ways,
              sources,
              features,
              nativeSource,
              nativeRows,
              nativeLambda,
              nativeOut));
    }
  }

  private static int batch(IntBuffer rows, FloatBuffer lambda, int ways) {
    int batch = rows("rows", rows, ways, "(B, K=" + ways + ")");
    weights(lambda, batch, ways);
    return batch;
  }

  static void requireChannels(Normalisation n, int channels) {
    given("normalisation", n);
    given("normalisation.scale", n.scale());
    given("normalisation.shift", n.shift());
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
    public ImageSize {
      range("height", height, 1, Integer.MAX_VALUE);
      range("width", width, 1, Integer.MAX_VALUE);
      range("channels", channels, 1, 4);
      range("height x width", (long) height * width, 1, Long.MAX_VALUE / 4);
    }

    long elements() {
      return (long) height * width * channels;
    }

    @Override
    public String toString() {
      return "H=" + height + ", W=" + width + ", F=" + channels;
    }
  }
}
