// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.Arguments.fewRows;
import static dev.secant.kernels.Arguments.given;
import static dev.secant.kernels.Arguments.onHost;
import static dev.secant.kernels.Arguments.output;
import static dev.secant.kernels.Arguments.range;

import dev.secant.jni.Secant;
import dev.secant.tensor.DType;
import dev.secant.tensor.InvalidArgumentException;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Weights λ ~ Dirichlet(α_1, …, α_K) of mixtures (eq. 1 of the paper) from counters (seed, stream,
 * step, sample): the same bits for any thread count, and those of {@link
 * dev.secant.random.Dirichlet}. λ is drawn in double and rounded to float once. Same thread rules
 * as the {@link KernelContext}. A wrong argument throws {@link IllegalArgumentException} with what
 * was expected and found, before anything is written; a closed context {@link
 * IllegalStateException}.
 */
public final class Dirichlet {
  /** Of α: beyond, all of a mixture is one point, or a mean, in float. */
  private static final double SMALLEST = 1e-3;

  private static final double LARGEST = 1e3;

  private final KernelContext context;
  private final double[] alpha;

  /**
   * @param alpha (K), 1..16 of them, each in [1e-3, 1e3]
   */
  public Dirichlet(KernelContext context, double... alpha) {
    range("length of alpha", given("alpha", alpha).length, 1, Secant.SECANT_MAX_WAYS);
    this.context = onHost("Dirichlet", context);
    this.alpha = alpha.clone();
    for (double a : this.alpha) {
      if (!(a >= SMALLEST && a <= LARGEST))
        throw new InvalidArgumentException(
            "alpha must be in [" + SMALLEST + ", " + LARGEST + "], got " + a);
    }
  }

  /** {@link #draw(long, int, long, NativeArray)} into a direct buffer in native order. */
  public void draw(long seed, int stream, long step, FloatBuffer lambda) {
    draw(seed, stream, step, NativeArray.of("lambda", lambda));
  }

  /**
   * Draws the weights of samples 0, 1, … of a step.
   *
   * @param stream 0 labelled, 1 unlabelled, 2 probe, 3 free
   * @param step 0..2^32-1
   * @param lambda (rows, K) F32, overwritten
   */
  public void draw(long seed, int stream, long step, NativeArray lambda) {
    try (BoundDirichlet bound = bind(seed, stream, lambda)) {
      bound.run(step);
    }
  }

  /** The same for many steps, without allocating. */
  public BoundDirichlet bind(long seed, int stream, NativeArray lambda) {
    int ways = alpha.length;
    String shape = "(rows, K=" + ways + ")";
    int rows = fewRows("lambda", lambda, DType.F32, ways, shape);
    output("lambda", lambda, DType.F32, (long) rows * ways, shape);
    return BoundCall.bound(
        context,
        () -> new BoundDirichlet(context),
        call -> {
          DoublePointer nativeAlpha = call.own(new DoublePointer(alpha));
          FloatPointer out = call.floats("lambda", lambda);
          call.calls(
              handle ->
                  Secant.secant_dirichlet(
                      handle, seed, stream, call.step, rows, 0, ways, nativeAlpha, out));
        });
  }
}
