// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.kernels;

import static dev.secant.kernels.Arguments.given;
import static dev.secant.kernels.Arguments.onHost;
import static dev.secant.kernels.Arguments.output;
import static dev.secant.kernels.Arguments.range;
import static dev.secant.kernels.Arguments.rows;
import static dev.secant.kernels.KernelContext.check;

import dev.secant.jni.Secant;
import dev.secant.tensor.Turn;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;

/**
 * Dirichlet weights from counters (seed, stream, step, sample): the same bits for any thread count,
 * and those of {@link dev.secant.random.Dirichlet}. Same thread rules as the {@link KernelContext}.
 */
public final class Dirichlet {
  private final KernelContext context;
  private final double[] alpha;

  /**
   * @param alpha (K), each in [1e-3, 1e3]
   */
  public Dirichlet(KernelContext context, double... alpha) {
    range("length of alpha", given("alpha", alpha).length, 1, Secant.SECANT_MAX_WAYS);
    this.context = onHost("Dirichlet", context);
    this.alpha = alpha.clone();
  }

  /** Fills lambda (rows, K) with the draws of samples 0, 1, … of a step. */
  public void draw(long seed, int stream, long step, FloatBuffer lambda) {
    int rows = rows("lambda", lambda, alpha.length, "(rows, K=" + alpha.length + ")");
    output("lambda", lambda, (long) rows * alpha.length, "(rows, K=" + alpha.length + ")");
    try (Turn.Use use = context.use();
        DoublePointer nativeAlpha = new DoublePointer(alpha);
        LongPointer nativeStep = new LongPointer(new long[] {step});
        FloatPointer out = new FloatPointer(lambda)) {
      check(
          Secant.secant_dirichlet(
              context.handle(), seed, stream, nativeStep, rows, 0, alpha.length, nativeAlpha, out));
    }
  }
}
