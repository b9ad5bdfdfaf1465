// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.DirichletProblem;
import dev.secant.jni.Secant;
import dev.secant.kernels.KernelContext;
import dev.secant.tensor.Turn;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;

/** {@code secant_dirichlet}, bound to its memory once; every run is another step. */
final class NativeDirichlet implements Contender {
  private final DirichletProblem problem;
  private final KernelContext context;
  private final DoublePointer alpha;
  private final LongPointer step = new LongPointer(1);
  private final FloatPointer lambda;
  private long next;

  NativeDirichlet(DirichletProblem problem, int threads) {
    this.problem = problem;
    this.context = new KernelContext(threads, 0);
    this.alpha = new DoublePointer(problem.alpha());
    this.lambda = new FloatPointer((long) problem.n() * problem.k());
  }

  @Override
  public void run() {
    step.put(next++);
    try (Turn.Use use = context.use()) {
      KernelContext.check(
          Secant.secant_dirichlet(
              context.handle(), 1, 0, step, problem.n(), 0, problem.k(), alpha, lambda));
    }
  }

  @Override
  public double[] result() {
    float[] drawn = new float[problem.n() * problem.k()];
    lambda.get(drawn);
    double[] values = new double[drawn.length];
    for (int i = 0; i < values.length; i++) values[i] = drawn[i];
    return values;
  }

  @Override
  public void close() {
    context.close();
    lambda.close();
    step.close();
    alpha.close();
  }
}
