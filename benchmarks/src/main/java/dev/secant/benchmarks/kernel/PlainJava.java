// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.ConsistencyProblem;
import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.ControlProblem;
import dev.secant.benchmarks.contest.DirichletProblem;
import dev.secant.benchmarks.contest.MixProblem;
import dev.secant.benchmarks.contest.NonLinProblem;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Program;
import dev.secant.random.Dirichlet;
import java.util.Optional;
import java.util.function.Supplier;

/** Loops over arrays as one writes them in Java, compiled by C2, on every core where that helps. */
public final class PlainJava implements Program {
  @Override
  public String name() {
    return "plain";
  }

  @Override
  public String version() {
    return System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version");
  }

  @Override
  public Optional<Supplier<Contender>> contender(Problem problem) {
    if (problem instanceof MixProblem p && !p.bf16()) return Optional.of(() -> new PlainMix(p));
    if (problem instanceof ConsistencyProblem p) return Optional.of(() -> new PlainConsistency(p));
    if (problem instanceof NonLinProblem p && p.fields() == 4)
      return Optional.of(() -> new PlainNonLin(p));
    if (problem instanceof DirichletProblem p) return Optional.of(() -> new PlainDirichlet(p));
    if (problem instanceof ControlProblem p && p.kind().equals("copy"))
      return Optional.of(() -> new PlainCopy());
    return Optional.empty();
  }

  /** The sampler of {@code dev.secant.random}: the same bits as the native one. */
  private static final class PlainDirichlet implements Contender {
    private final DirichletProblem problem;
    private final Dirichlet sampler;
    private final float[] lambda;
    private long step;

    PlainDirichlet(DirichletProblem problem) {
      this.problem = problem;
      this.sampler = new Dirichlet(problem.alpha());
      this.lambda = new float[problem.n() * problem.k()];
    }

    @Override
    public void run() {
      int k = problem.k();
      for (int i = 0; i < problem.n(); i++)
        System.arraycopy(sampler.draw(1, 0, step, i), 0, lambda, i * k, k);
      step++;
    }

    @Override
    public double[] result() {
      return Rows.doubles(lambda);
    }
  }

  /** {@code System.arraycopy} on every core. */
  private static final class PlainCopy implements Contender {
    private static final int COUNT = ControlProblem.STREAM_FLOATS;
    private final float[] from = new float[COUNT];
    private final float[] to = new float[COUNT];

    @Override
    public void run() {
      Rows.split(COUNT, (begin, end) -> System.arraycopy(from, begin, to, begin, end - begin));
    }

    @Override
    public double[] result() {
      return new double[0];
    }
  }
}
