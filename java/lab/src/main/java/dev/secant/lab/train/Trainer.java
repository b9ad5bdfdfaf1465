// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Split;
import dev.secant.lab.data.SplitFile;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.SummaryWriter;
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
    return run(config, listener, DataSets::load);
  }

  /**
   * As {@link #run(RunConfig, TrainListener)}.
   *
   * @param sets where the images come from
   */
  public static Path run(RunConfig config, TrainListener listener, ImageSource sets) {
    RunConfig.Run run = config.run();
    RunDirectory.check(run.out(), run.overwrite());
    RecipeDump.check(run.dumpRecipes(), run.overwrite());
    try (Session session = Session.open(config, () -> images(config, sets))) {
      boolean made = !Files.exists(run.out());
      RunDirectory directory = RunDirectory.create(run.out(), run.overwrite());
      try (RunLog log = start(session, directory, made, listener)) {
        listener.onStart(session.info());
        new TrainingLoop(config, session, log).run();
        session.saveModel(directory.model());
        session.finishDump();
        SummaryWriter.write(directory.summary(), log.summary(session));
        return directory.summary();
      }
    }
  }

  private static Session.SplitSet images(RunConfig config, ImageSource sets) {
    ImageSet set = sets.load(config.data());
    requireTestImages(set);
    return split(config, set);
  }

  /** The split that a configuration asks for. */
  static Session.SplitSet split(RunConfig config, ImageSet set) {
    RunConfig.Data data = config.data();
    Split split =
        Split.draw(
            set, data.labels(), config.run().seed(), data.proportional(), data.unlabelledAll());
    return new Session.SplitSet(set, split);
  }

  /** The first files of a run; where they cannot be written none of them stays. */
  private static RunLog start(
      Session session, RunDirectory directory, boolean made, TrainListener listener) {
    RunConfig config = session.info().config();
    try {
      byte[] yaml = ConfigYaml.write(config).getBytes(StandardCharsets.UTF_8);
      AtomicFile.write(directory.config(), yaml);
      SplitFile.write(directory.split(), session.split());
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
}
