// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Split;
import dev.secant.lab.data.SplitFile;
import dev.secant.lab.error.DivergedException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.Summary;
import dev.secant.lab.metrics.SummaryWriter;
import dev.secant.lab.metrics.TrainMetric;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Trains and probes one network, from a configuration to a run directory. */
public final class Trainer {
  private Trainer() {}

  /**
   * Runs to the end and returns the path of {@code summary.json}.
   *
   * @throws dev.secant.lab.error.LabException with the exit code of whatever went wrong
   */
  public static Path run(RunConfig config, TrainListener listener) {
    ImageSet set = DataSets.load(config.data());
    requireTestImages(set);
    Split split =
        Split.draw(
            set,
            config.data().labels(),
            config.run().seed(),
            config.data().proportional(),
            config.data().unlabelledAll());
    RunDirectory directory = RunDirectory.create(config.run().out(), config.run().overwrite());
    AtomicFile.write(directory.config(), ConfigYaml.write(config).getBytes(StandardCharsets.UTF_8));
    SplitFile.write(directory.split(), split);
    try (RunLog log = new RunLog(config, directory, listener);
        Session session = Session.open(config, set, split)) {
      listener.onStart(session.info());
      train(config, session, log);
      session.saveModel(directory.model());
      Summary summary = log.summary(session, set, split);
      SummaryWriter.write(directory.summary(), summary);
      return directory.summary();
    }
  }

  private static void requireTestImages(ImageSet set) {
    if (set.test().count() < 2) {
      throw new UsageException(
          "the test set of "
              + set.name()
              + " has "
              + set.test().count()
              + " images, a probe needs 2");
    }
  }

  private static void train(RunConfig config, Session session, RunLog log) {
    long steps = config.run().steps();
    EventSteps evaluations = new EventSteps(steps, config.evaluation().every(), 100);
    EventSteps probes = new EventSteps(steps, config.evaluation().probeEvery(), 50);
    for (long t = config.run().firstStep(); ; t++) {
      boolean probe = probes.due(t);
      if (probe || evaluations.due(t)) measure(session, log, t, probe, evaluations.due(t));
      if (t >= steps) return;
      log.requireNotStopped(t);
      log.startStep();
      session.step().run();
      log.endStep(t, lossOf(t, config, session.step()));
      session.dump(t);
    }
  }

  /** Everything due at t, for each set of weights that the configuration asks for. */
  private static void measure(
      Session session, RunLog log, long t, boolean probe, boolean evaluate) {
    for (Session.Measured measured : session.measured()) {
      if (probe) {
        log.probe(t, measured.weights(), session.pairs(), measured.probe(), evaluate);
      } else {
        log.evaluation(t, measured.weights(), measured.evaluate());
      }
    }
  }

  private static TrainMetric lossOf(long t, RunConfig config, TrainStep step) {
    double supervised = step.supervisedLoss();
    boolean ict = config.method().kind() == RunConfig.Kind.ICT;
    double consistency = ict ? step.consistencyLoss() : 0;
    double weight = step.weight();
    double loss = supervised + weight * consistency;
    if (!Double.isFinite(loss)) {
      throw new DivergedException(
          "the loss is not finite at step %d: supervised %s, consistency %s with weight %s; try a smaller optim.lr"
              .formatted(t, supervised, consistency, weight));
    }
    return new TrainMetric(t, loss, supervised, ict ? consistency : null, weight);
  }
}
