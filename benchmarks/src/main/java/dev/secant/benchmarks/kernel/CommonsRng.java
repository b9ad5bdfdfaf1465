// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.DirichletProblem;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Program;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.DirichletSampler;

/** Apache Commons RNG, the nearest sampler of the JVM, on the fast generator of the JDK. */
public final class CommonsRng implements Program {
  @Override
  public String name() {
    return "commons-rng";
  }

  @Override
  public String version() {
    return "commons-rng-sampling 1.6, java.util.SplittableRandom";
  }

  @Override
  public Optional<Supplier<Contender>> contender(Problem problem) {
    return problem instanceof DirichletProblem p
        ? Optional.of(() -> new Sampler(p))
        : Optional.empty();
  }

  private static final class Sampler implements Contender {
    private final DirichletProblem problem;
    private final DirichletSampler sampler;
    private final float[] lambda;

    Sampler(DirichletProblem problem) {
      UniformRandomProvider random = new SplittableRandom(1)::nextLong;
      this.problem = problem;
      this.sampler = DirichletSampler.symmetric(random, problem.k(), DirichletProblem.ALPHA);
      this.lambda = new float[problem.n() * problem.k()];
    }

    @Override
    public void run() {
      int at = 0;
      for (int i = 0; i < problem.n(); i++)
        for (double weight : sampler.sample()) lambda[at++] = (float) weight;
    }

    @Override
    public double[] result() {
      return Rows.doubles(lambda);
    }
  }
}
