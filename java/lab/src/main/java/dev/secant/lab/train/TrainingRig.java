// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.backend.Backend;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Plan;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.ProbePairs;
import dev.secant.lab.data.ResidentSet;
import dev.secant.lab.data.Split;
import dev.secant.lab.probe.ProbeRunner;
import dev.secant.nn.Initialiser;
import dev.secant.nn.WideResNet;
import java.util.Map;

/**
 * A run's network, step and probe on a backend of one's own, without files: for checks and
 * benchmarks. Closing it closes its plan; the backend, which remembers the choices that it timed,
 * may serve others.
 */
public final class TrainingRig implements AutoCloseable {
  private final Backend backend;
  private final Plan plan;
  private final Model model;
  private final ResidentSet resident;
  private final RunConfig config;
  private final TrainStep step;

  public TrainingRig(Backend backend, RunConfig config, ImageSet set) {
    this.backend = backend;
    this.config = config;
    this.plan = backend.newPlan();
    this.model = new Model(plan, Session.spec(config, set));
    Initialiser.initialise(model.raw(), config.run().seed());
    model.ema().copyFrom(model.raw());
    Split split = Split.draw(set, config.data().labels(), config.run().seed(), false, false);
    this.resident = ResidentSet.upload(plan::tensor, set, split, config.data().testLimit());
    boolean unlabelled = config.method().kind() == RunConfig.Kind.ICT;
    TrainingData data =
        new TrainingData(
            resident.train(),
            Normalisation.unit(set.train().channels()),
            resident.labelled(),
            unlabelled ? resident.unlabelled() : null);
    this.step = new TrainStep(plan, config, model, data);
  }

  public Backend backend() {
    return backend;
  }

  public TrainStep step() {
    return step;
  }

  /** Multiply-adds of the forward pass for one image. */
  public long multiplyAdds() {
    return model.spec().multiplyAdds();
  }

  /** Bytes of all tensors. */
  public long bytes() {
    return plan.bytes();
  }

  /** Another start of the step counter, to be in the middle of the ramp for instance. */
  public void startAt(long t) {
    model.step().set(new long[] {t});
  }

  /** The loss that the gradient of the last step belongs to. */
  public double loss() {
    return step.supervisedLoss() + step.weight() * step.consistencyLoss();
  }

  /** Weights by name. */
  public Map<String, double[]> weights() {
    return model.raw().toDoubles();
  }

  /**
   * How far apart two trainings moved: of all tensors the largest ‖Δfound − Δexpected‖ /
   * ‖Δexpected‖. Infinite for what is not a number.
   *
   * @param start both began with these weights, by name
   */
  public static double moved(
      Map<String, double[]> start, Map<String, double[]> found, Map<String, double[]> expected) {
    double largest = 0;
    for (String name : start.keySet()) {
      double[] from = start.get(name);
      double difference = 0;
      double movement = Double.MIN_NORMAL;
      for (int i = 0; i < from.length; i++) {
        double wanted = expected.get(name)[i] - from[i];
        double got = found.get(name)[i] - from[i];
        difference += (got - wanted) * (got - wanted);
        movement += wanted * wanted;
      }
      double ratio = Math.sqrt(difference / movement);
      if (Double.isNaN(ratio)) return Double.POSITIVE_INFINITY;
      largest = Math.max(largest, ratio);
    }
    return largest;
  }

  public double[] raw() {
    return model.raw().flat().toDoubles();
  }

  public double[] ema() {
    return model.ema().flat().toDoubles();
  }

  /** Running means and variances by name. */
  public Map<String, double[]> statistics() {
    return model.statistics().toDoubles();
  }

  /** Updates that a run submits before it looks at the losses of those before. */
  public int window() {
    return backend.asynchronous() ? step.losses().window() : 1;
  }

  /**
   * Windows of updates as a run submits them: one is under way while the losses of another are
   * read.
   */
  public void windows(int count) {
    LossLog losses = step.losses();
    for (int i = 0; i < count; i++) {
      step.run(window());
      losses.start();
      if (i > 0) losses.await();
    }
    losses.await();
  }

  /** A probe of the average weights, with statistics of each chunk, on the test images. */
  public ProbeRunner probe() {
    return runner(WideResNet.Pass.BATCH_STATISTICS);
  }

  /** Evaluates and probes the average weights as a run does: with running statistics. */
  public ProbeRunner evaluation() {
    return runner(WideResNet.Pass.EVALUATION);
  }

  private ProbeRunner runner(WideResNet.Pass pass) {
    ProbePairs pairs =
        ProbePairs.draw(
            (int) resident.test().count(),
            config.evaluation().probeK(),
            config.method().probeAlpha());
    return new ProbeRunner(
        plan,
        model.spec(),
        pass,
        model.ema(),
        model.statistics(),
        resident.test(),
        Normalisation.unit(resident.test().channels()),
        pairs.order(),
        pairs.lambda());
  }

  @Override
  public void close() {
    plan.close();
  }
}
