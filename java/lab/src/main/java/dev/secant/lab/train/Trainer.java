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
import dev.secant.lab.probe.Evaluation;
import dev.secant.lab.probe.Probe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    RunConfig.Run run = config.run();
    RunDirectory.check(run.out(), run.overwrite());
    RecipeDump.check(run.dumpRecipes(), run.overwrite());
    ImageSet set = DataSets.load(config.data());
    requireTestImages(set);
    Split split =
        Split.draw(
            set,
            config.data().labels(),
            run.seed(),
            config.data().proportional(),
            config.data().unlabelledAll());
    try (Session session = Session.open(config, set, split)) {
      boolean made = !Files.exists(run.out());
      RunDirectory directory = RunDirectory.create(run.out(), run.overwrite());
      try (RunLog log = start(session, split, directory, made, listener)) {
        listener.onStart(session.info());
        train(config, session, log);
        session.saveModel(directory.model());
        session.finishDump();
        Summary summary = log.summary(session, set, split);
        SummaryWriter.write(directory.summary(), summary);
        return directory.summary();
      }
    }
  }

  /** The first files of a run; where they cannot be written none of them stays. */
  private static RunLog start(
      Session session, Split split, RunDirectory directory, boolean made, TrainListener listener) {
    RunConfig config = session.info().config();
    try {
      byte[] yaml = ConfigYaml.write(config).getBytes(StandardCharsets.UTF_8);
      AtomicFile.write(directory.config(), yaml);
      SplitFile.write(directory.split(), split);
      session
          .choices()
          .map(text -> text.getBytes(StandardCharsets.UTF_8))
          .ifPresent(text -> AtomicFile.write(directory.choices(), text));
      session.startDump(directory);
      return RunLog.open(config, directory, listener);
    } catch (RuntimeException | Error e) {
      directory.discard(made);
      throw e;
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
        Probe found = measured.probe(() -> log.requireNotStopped(t));
        log.probe(t, measured.weights(), session.pairs(), found, evaluate);
      } else {
        Evaluation found = measured.evaluate(() -> log.requireNotStopped(t));
        log.evaluation(t, measured.weights(), found);
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
