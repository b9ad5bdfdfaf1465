// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.Arguments.apart;
import static dev.secant.kernels.Arguments.array;
import static dev.secant.kernels.Arguments.fewRows;
import static dev.secant.kernels.Arguments.given;
import static dev.secant.kernels.Arguments.onHost;
import static dev.secant.kernels.Arguments.output;
import static dev.secant.kernels.Arguments.product;
import static dev.secant.kernels.Arguments.range;
import static dev.secant.kernels.Arguments.rows;

import dev.secant.backend.Normalisation;
import dev.secant.jni.Secant;
import dev.secant.jni.secant_pool;
import dev.secant.tensor.DType;
import dev.secant.tensor.InvalidArgumentException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * K-way mixing of a user's own data, Mix_λ(p_1..p_K) = Σ λ_k p_k (eq. 1 of the paper). Shape
 * letters: B mixed rows, K points each (1..16), T source rows, N images, H W F height, width,
 * channels of an image, D features. Pixels are U8, rows and indices I32, weights F32; mixed images,
 * and values on both sides, are of the type of activations of the context, F32 unless {@link
 * KernelContext#activations} said BF16. Outputs are overwritten and share no memory with inputs;
 * weights sum to 1 within 1e-4. Same thread rules as the {@link KernelContext}. A wrong argument
 * throws {@link IllegalArgumentException} with what was expected and found, before anything is
 * written; something closed {@link IllegalStateException}.
 */
public final class Mixing {
  /** Of an image. */
  static final int MOST_CHANNELS = 4;

  private final KernelContext context;

  public Mixing(KernelContext context) {
    this.context = onHost("Mixing", context);
  }

  // ---- images -----------------------------------------------------------------------------------

  /**
   * {@link #images(NativeArray, ImageSize, Normalisation, NativeArray, NativeArray, NativeArray,
   * int, NativeArray)} with direct buffers in native order.
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
    images(
        NativeArray.of("pixels", pixels),
        size,
        normalisation,
        NativeArray.of("indices", indices),
        NativeArray.of("rows", rows),
        NativeArray.of("lambda", lambda),
        ways,
        NativeArray.of("out", out));
  }

  /**
   * Gathers, normalises and mixes images.
   *
   * @param pixels (N, H, W, F) u8, the resident images
   * @param normalisation one scale and shift per channel
   * @param indices (T) image of each source row, in [0, N)
   * @param rows (B, K) source row of each mixed point, in [0, T)
   * @param lambda (B, K) weights
   * @param ways K
   * @param out (B, H, W, F)
   */
  public void images(
      NativeArray pixels,
      ImageSize size,
      Normalisation normalisation,
      NativeArray indices,
      NativeArray rows,
      NativeArray lambda,
      int ways,
      NativeArray out) {
    try (BoundMixing bound =
        bindImages(pixels, size, normalisation, indices, rows, lambda, ways, out)) {
      bound.run();
    }
  }

  /** The same for many runs, without allocating. Scale and shift are taken as they are now. */
  public BoundMixing bindImages(
      NativeArray pixels,
      ImageSize size,
      Normalisation normalisation,
      NativeArray indices,
      NativeArray rows,
      NativeArray lambda,
      int ways,
      NativeArray out) {
    range("ways", ways, 1, Secant.SECANT_MAX_WAYS);
    long image = given("size", size).elements();
    long count = rows("pixels", pixels, DType.U8, image, "(N, " + size + ")");
    int sources = fewRows("indices", indices, DType.I32, 1, "(T)");
    int batch = batch(rows, lambda, ways);
    String shape = "(B=" + batch + ", " + size + ")";
    DType type = context.activations();
    output("out", out, type, product("out", batch, image), shape);
    requireChannels(normalisation, size.channels());
    apart("out", out, "pixels", pixels);
    apart("out", out, "indices", indices);
    apart("out", out, "rows", rows);
    apart("out", out, "lambda", lambda);
    return BoundCall.bound(
        context,
        () -> new BoundMixing(context),
        call -> {
          call.requireActivations(type);
          secant_pool pool = call.own(NativeStruct.of(secant_pool::new));
          call.keep("pixels", pixels);
          pool.pixels(Address.bytes(pixels.address())).count(count);
          pool.height(size.height()).width(size.width()).channels(size.channels());
          IntPointer nativeIndices = call.ints("indices", indices);
          IntPointer nativeRows = call.ints("rows", rows);
          FloatPointer nativeLambda = call.weights(lambda, batch, ways);
          FloatPointer scale = call.own(new FloatPointer(normalisation.scale()));
          FloatPointer shift = call.own(new FloatPointer(normalisation.shift()));
          FloatPointer nativeOut = call.floats("out", out);
          call.calls(
              handle ->
                  Secant.secant_mix_images(
                      handle,
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
        });
  }

  // ---- values -----------------------------------------------------------------------------------

  /**
   * {@link #values(NativeArray, long, NativeArray, NativeArray, int, NativeArray)} with direct
   * buffers in native order.
   */
  public void values(
      FloatBuffer source,
      int features,
      IntBuffer rows,
      FloatBuffer lambda,
      int ways,
      FloatBuffer out) {
    values(
        NativeArray.of("source", source),
        features,
        NativeArray.of("rows", rows),
        NativeArray.of("lambda", lambda),
        ways,
        NativeArray.of("out", out));
  }

  /**
   * Mixes rows of values: features, soft targets.
   *
   * @param source (T, D)
   * @param features D
   * @param rows (B, K) source row of each mixed point, in [0, T)
   * @param lambda (B, K) weights
   * @param ways K
   * @param out (B, D)
   */
  public void values(
      NativeArray source,
      long features,
      NativeArray rows,
      NativeArray lambda,
      int ways,
      NativeArray out) {
    try (BoundMixing bound = bindValues(source, features, rows, lambda, ways, out)) {
      bound.run();
    }
  }

  /** The same for many runs, without allocating. */
  public BoundMixing bindValues(
      NativeArray source,
      long features,
      NativeArray rows,
      NativeArray lambda,
      int ways,
      NativeArray out) {
    range("ways", ways, 1, Secant.SECANT_MAX_WAYS);
    range("features", features, 1, Long.MAX_VALUE);
    DType type = context.activations();
    int sources = fewRows("source", source, type, features, "(T, D=" + features + ")");
    int batch = batch(rows, lambda, ways);
    String shape = "(B=" + batch + ", D=" + features + ")";
    output("out", out, type, product("out", batch, features), shape);
    apart("out", out, "source", source);
    apart("out", out, "rows", rows);
    apart("out", out, "lambda", lambda);
    return BoundCall.bound(
        context,
        () -> new BoundMixing(context),
        call -> {
          call.requireActivations(type);
          FloatPointer nativeSource = call.floats("source", source);
          IntPointer nativeRows = call.ints("rows", rows);
          FloatPointer nativeLambda = call.weights(lambda, batch, ways);
          FloatPointer nativeOut = call.floats("out", out);
          call.calls(
              handle ->
                  Secant.secant_mix_values(
                      handle,
                      batch,
                      ways,
                      sources,
                      features,
                      nativeSource,
                      nativeRows,
                      nativeLambda,
                      nativeOut));
        });
  }

  /** B of rows and weights that belong together. */
  private static int batch(NativeArray rows, NativeArray lambda, int ways) {
    String shape = "(B, K=" + ways + ")";
    int batch = fewRows("rows", rows, DType.I32, ways, shape);
    array("lambda", lambda, DType.F32, (long) batch * ways, "(B=" + batch + ", K=" + ways + ")");
    return batch;
  }

  static void requireChannels(Normalisation n, int channels) {
    given("normalisation", n);
    given("normalisation.scale", n.scale());
    given("normalisation.shift", n.shift());
    if (n.scale().length != channels || n.shift().length != channels) {
      throw new InvalidArgumentException(
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
      range("channels", channels, 1, MOST_CHANNELS);
      range("height x width", (long) height * width, 1, Long.MAX_VALUE / MOST_CHANNELS);
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
