// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.DirichletProblem;
import dev.secant.benchmarks.contest.Programs;
import dev.secant.kernels.BoundDirichlet;
import dev.secant.kernels.Dirichlet;
import dev.secant.kernels.KernelContext;
import dev.secant.kernels.NativeArray;
import org.bytedeco.javacpp.FloatPointer;

/** {@link Dirichlet}, bound to its memory once; every run is another step. */
final class DirichletDraws implements Contender {
  private final KernelContext context = new KernelContext(Programs.THREADS, 0);
  private final FloatPointer lambda;
  private final BoundDirichlet draws;
  private long step;

  DirichletDraws(DirichletProblem problem) {
    this.lambda = new FloatPointer((long) problem.n() * problem.k());
    this.draws = new Dirichlet(context, problem.alpha()).bind(1, 0, NativeArray.of(lambda));
  }

  @Override
  public void run() {
    draws.run(step++);
  }

  @Override
  public double[] result() {
    float[] drawn = new float[(int) lambda.limit()];
    lambda.get(drawn);
    return Rows.doubles(drawn);
  }

  @Override
  public void close() {
    draws.close();
    context.close();
    lambda.close();
  }
}
