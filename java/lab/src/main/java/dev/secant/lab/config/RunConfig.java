// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.config;

import dev.secant.backend.Consistency;
import dev.secant.backend.DeviceOptions;
import dev.secant.backend.Recipe;
import java.nio.file.Path;
import java.util.List;

/**
 * Every resolved choice of a run. Names, defaults and meanings: the option keys of {@link Options};
 * a run writes all of them into {@code config.yaml}.
 */
public record RunConfig(
    Data data,
    Net net,
    Method method,
    Ict ict,
    Optim optim,
    Ema ema,
    Bn bn,
    Evaluation evaluation,
    Checkpoints checkpoints,
    Run run) {

  /**
   * Whether the run saves checkpoints, also when it is stopped. Not with a recipe dump, which is
   * whole or nothing.
   */
  public boolean savesCheckpoints() {
    return run.dumpRecipes() == null
        && (checkpoints.everyMinutes() > 0 || checkpoints.everySteps() > 0);
  }

  public enum Dataset {
    CIFAR10,
    CIFAR100,
    SVHN,
    FOLDER,
    MADE
  }

  public enum Reading {
    PAPER,
    LINEAGE,
    LITERAL
  }

  public enum Budget {
    QUICK,
    STANDARD,
    PAPER,
    /** An explicit number of steps. */
    STEPS
  }

  public enum Weights {
    EMA,
    RAW
  }

  /**
   * @param directory null for the made set
   * @param labels labelled images in all
   * @param proportional classes of the split drawn in proportion instead of balanced
   * @param unlabelledAll the unlabelled stream is the whole training set instead of the rest
   * @param svhnExtra SVHN's further images are training images too
   * @param testLimit first so many test images; 0 = all
   */
  public record Data(
      Dataset dataset,
      Path directory,
      boolean svhnExtra,
      int labels,
      boolean proportional,
      boolean unlabelledAll,
      boolean flip,
      int cropPad,
      boolean normaliseMeanStd,
      int testLimit) {}

  public record Net(int depth, int width, boolean convBias) {}

  public enum Kind {
    ERM,
    MIXUP,
    ICT
  }

  /**
   * @param k points mixed; 1 for ERM
   * @param alpha resolved Dirichlet parameters of training (K); one element for ERM
   * @param matchedFrom the single α that {@code mix.alpha=matched} changed with K; null: fixed
   * @param probeAlpha the data set's base α, what probes use for any K
   */
  public record Method(
      Kind kind,
      int k,
      List<Double> alpha,
      Double matchedFrom,
      double probeAlpha,
      Reading reading,
      Recipe.Partners partners,
      Recipe.LambdaScope lambdaScope) {}

  /**
   * @param selfTarget the raw network is its own target instead of the EMA teacher
   * @param gradientBoth the gradient flows through the targets too (self targets only)
   * @param weight consistency weight after the ramp
   * @param ramp share of the steps over which it rises from 0
   */
  public record Ict(
      boolean selfTarget,
      boolean gradientBoth,
      Consistency.Space space,
      Consistency.Reduction reduction,
      double weight,
      double ramp) {}

  public record Optim(
      int batch,
      double learningRate,
      boolean cosine,
      double weightDecay,
      double beta1,
      double beta2,
      double eps) {}

  public record Ema(double decay, boolean warmup) {}

  public enum RunningStatistics {
    LABELLED,
    ALL,
    UNLABELLED,
    RECALIBRATE
  }

  public record Bn(RunningStatistics running, double decay, boolean warmup, double eps) {}

  /**
   * @param every steps between evaluations; 0 = 101 equally spaced ones
   * @param probeEvery steps between probes; 0 = 51 equally spaced ones
   * @param probeK points mixed by a probe
   * @param rawToo probe and evaluate the raw weights beside the EMA weights
   */
  public record Evaluation(int every, int probeEvery, int probeK, boolean rawToo, int logEvery) {}

  /** What a device computes on a branch of its own, beside the rest of a step. */
  public enum Branches {
    NONE,
    TEACHER,
    WEIGHTS,
    ALL;

    /** The targets of ICT, beside the forward pass of what is trained. */
    public boolean teacher() {
      return this == TEACHER || this == ALL;
    }

    /** The gradients of kernels, beside those of activations. */
    public boolean weights() {
      return this == WEIGHTS || this == ALL;
    }
  }

  /**
   * When a run saves what it can be resumed from.
   *
   * @param everyMinutes 0 = not by time
   * @param everySteps 0 = not by steps
   */
  public record Checkpoints(double everyMinutes, long everySteps) {}

  /**
   * @param backend cpu or cuda (auto is resolved before)
   * @param device which device, where its libraries are
   * @param out run directory
   * @param dumpRecipes null = none
   * @param init null = initialise from the seed
   * @param firstStep the step counter starts here (replays of a stretch of a run); normally 0
   * @param stepsPerLaunch updates that a device records as one
   * @param branches ignored by a backend that does one thing at a time
   */
  public record Run(
      long seed,
      long steps,
      Budget budget,
      String backend,
      int threads,
      DeviceOptions device,
      Path out,
      boolean overwrite,
      Path dumpRecipes,
      Path init,
      long firstStep,
      int stepsPerLaunch,
      Branches branches) {}
}
