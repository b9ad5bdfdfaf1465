// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.examples;

import dev.secant.backend.Adam;
import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Op;
import dev.secant.backend.OptimTensors;
import dev.secant.backend.Plan;
import dev.secant.backend.Replay;
import dev.secant.backend.Scalars;
import dev.secant.backend.Schedule;
import dev.secant.nn.Initialiser;
import dev.secant.nn.Params;
import dev.secant.nn.WideResNet;
import dev.secant.nn.WideResNet.Batch;
import dev.secant.nn.WideResNet.Pass;
import dev.secant.nn.WideResNet.Weights;
import dev.secant.nn.WideResNetSpec;
import dev.secant.tensor.DType;
import dev.secant.tensor.Tensor;
import java.util.SplittableRandom;

/**
 * A training loop of one's own with the network, the loss and the optimiser of the core: a small
 * Wide ResNet learns to tell upright stripes from level ones, and is then asked about new images
 * with its averaged weights.
 */
public final class TrainNetwork implements AutoCloseable {
  private static final int SIDE = 8;
  private static final int BATCH = 32;
  private static final WideResNetSpec SPEC =
      new WideResNetSpec(10, 1, SIDE, SIDE, 1, 2, false, WideResNetSpec.BN_EPS);

  private final Backend backend = Backends.create("cpu", BackendOptions.threads(2));
  private final Plan plan = backend.newPlan();
  private final SplittableRandom random = new SplittableRandom(1);

  // What is learnt, and what comes in and goes out of a step.
  private final Params weights = Params.weights(plan, SPEC.parameters());
  private final Params average = Params.weights(plan, SPEC.parameters());
  private final Params statistics = new Params(plan, SPEC.statistics());
  private final Tensor images = plan.activation(BATCH, SIDE, SIDE, 1);
  private final Tensor targets = plan.real(BATCH, 2);
  private final Tensor loss = plan.real(1);
  private final Replay update;
  private final WideResNet judge;

  /**
   * @param steps of the whole training
   */
  public TrainNetwork(int steps) {
    try {
      Initialiser.initialise(weights, 1);
      average.copyFrom(weights);
      Initialiser.resetStatistics(statistics);
      this.update = planUpdate(steps);
      this.judge =
          new WideResNet(
              plan, SPEC, Batch.evaluation(), new Weights(average, statistics, null, null), images);
    } catch (RuntimeException | Error e) {
      backend.close();
      throw e;
    }
  }

  /** Forward, loss, backward, Adam with decay and averaging: planned here, run often. */
  private Replay planUpdate(int steps) {
    Tensor step = plan.tensor(DType.I64, 1);
    Scalars scalars = Scalars.of(plan);
    Params gradients = new Params(plan, SPEC.parameters());
    long count = weights.layout().count();
    WideResNet net =
        new WideResNet(
            plan,
            SPEC,
            new Batch(Pass.TRAINING, 1, 1),
            new Weights(weights, statistics, scalars.bnRate(), gradients),
            images);
    Op schedule =
        plan.schedule(new Schedule(steps, .002, true, 0, 1, .9, true, .9, true), step, scalars);
    Op crossEntropy = plan.crossEntropy(net.logits(), targets, loss, net.dL_dlogits());
    Op optimiser =
        plan.optimiser(
            new Adam(.9, .999, 1e-8, .02, weights.layout().kernels()),
            step,
            scalars,
            new OptimTensors(
                gradients.flat(),
                weights.flat(),
                plan.real(count),
                plan.real(count),
                average.flat(),
                weights.copy(),
                average.copy()));
    Op advance = plan.advance(step);
    return backend.record(
        () -> {
          schedule.run();
          net.forward();
          crossEntropy.run();
          net.backward();
          optimiser.run();
          advance.run();
        });
  }

  /** One update on a new batch; returns its loss. */
  public double train() {
    load();
    update.run();
    return loss.toDoubles()[0];
  }

  /** Share of a new batch that the averaged weights tell right. */
  public double accuracy() {
    boolean[] level = load();
    judge.forward();
    double[] logits = judge.logits().toDoubles();
    int right = 0;
    for (int b = 0; b < BATCH; b++) if (level[b] == logits[2 * b + 1] > logits[2 * b]) right++;
    return right / (double) BATCH;
  }

  /** Stripes of any phase under noise, upright or level; returns which are level. */
  private boolean[] load() {
    float[] pixels = new float[BATCH * SIDE * SIDE];
    float[] oneHot = new float[BATCH * 2];
    boolean[] level = new boolean[BATCH];
    for (int b = 0; b < BATCH; b++) {
      level[b] = random.nextBoolean();
      oneHot[2 * b + (level[b] ? 1 : 0)] = 1;
      double phase = random.nextDouble(2 * Math.PI);
      for (int i = 0; i < SIDE * SIDE; i++) {
        int along = level[b] ? i / SIDE : i % SIDE;
        double noise = random.nextDouble(-1, 1);
        pixels[b * SIDE * SIDE + i] = (float) (Math.sin(along * 1.6 + phase) + noise);
      }
    }
    images.set(pixels);
    targets.set(oneHot);
    return level;
  }

  /** Closes its plan with all tensors and ops, too. */
  @Override
  public void close() {
    backend.close();
  }

  public static void main(String[] arguments) {
    int steps = 60;
    try (TrainNetwork training = new TrainNetwork(steps)) {
      for (int t = 0; t < steps; t++) {
        double loss = training.train();
        if (t % 10 == 0) System.out.printf("step %d: loss %.3f%n", t, loss);
      }
      System.out.printf("accuracy on new images: %.3f%n", training.accuracy());
    }
  }
}
