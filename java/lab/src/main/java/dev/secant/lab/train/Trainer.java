// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.checkpoint.CheckpointStore;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.Split;
import dev.secant.lab.data.SplitFile;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.FileOperations;
import dev.secant.lab.metrics.FolderLock;
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
    return run(config, listener, sets, FileOperations.SYSTEM);
  }

  /**
   * Goes on with the run in the configuration's folder from its newest checkpoint, or from its
   * start where it has none, to the end; the files are those of a run that never stopped. One that
   * has ended is left as it is.
   *
   * @param config what the folder's {@code config.yaml} says; only where data and devices are, and
   *     how often checkpoints are saved, may differ
   */
  public static Path resume(RunConfig config, TrainListener listener) {
    return resume(config, listener, DataSets::load);
  }

  /**
   * As {@link #resume(RunConfig, TrainListener)}.
   *
   * @param sets where the images come from
   */
  public static Path resume(RunConfig config, TrainListener listener, ImageSource sets) {
    return resume(config, listener, sets, FileOperations.SYSTEM);
  }

  /**
   * @param files writes the checkpoints
   */
  static Path run(
      RunConfig config, TrainListener listener, ImageSource sets, FileOperations files) {
    RunConfig.Run run = config.run();
    FolderLock.requireFree(run.out());
    RunDirectory.check(run.out(), run.overwrite());
    RecipeDump.check(run.dumpRecipes(), run.overwrite());
    try (Session session = Session.open(config, () -> images(config, sets))) {
      boolean made = !Files.exists(run.out());
      try (FolderLock lock = FolderLock.acquire(run.out())) {
        RunDirectory directory = RunDirectory.create(run.out(), run.overwrite());
        try (RunLog log = start(session, directory, made, listener)) {
          CheckpointStore store = new CheckpointStore(directory, files);
          return train(session, directory, log, store, Start.at(config.run().firstStep()));
        }
      }
    }
  }

  static Path resume(
      RunConfig config, TrainListener listener, ImageSource sets, FileOperations files) {
    RunDirectory directory = RunDirectory.open(config.run().out());
    try (FolderLock lock = FolderLock.acquire(directory.path())) {
      if (Files.exists(directory.summary())) return ended(directory, listener);
      return new Resumption(config, directory, sets, files, listener).run();
    }
  }

  private static Path ended(RunDirectory directory, TrainListener listener) {
    listener.onNote(directory.path() + ": this run has ended, nothing is left to resume");
    directory.deleteCheckpoints();
    return directory.summary();
  }

  /**
   * Where the loop begins.
   *
   * @param saved whether there is a checkpoint of that step
   */
  record Start(long step, boolean saved) {
    static Start at(long step) {
      return new Start(step, false);
    }
  }

  /** From a state that is in place to the end. */
  static Path train(
      Session session, RunDirectory directory, RunLog log, CheckpointStore store, Start start) {
    RunConfig config = session.info().config();
    log.started(session.info());
    try (RunCheckpoints checkpoints =
        new RunCheckpoints(config, store, session, start, System::nanoTime)) {
      new TrainingLoop(config, session, log, checkpoints, start.step()).run();
    }
    session.saveModel(directory.model());
    session.finishDump();
    SummaryWriter.write(directory.summary(), log.summary(session));
    directory.deleteCheckpoints();
    return directory.summary();
  }

  static Session.SplitSet images(RunConfig config, ImageSource sets) {
    ImageSet set = sets.load(config.data());
    requireTestImages(set);
    requireCrop(config.data(), set);
    return split(config, set);
  }

  /** A crop reflects the image at its edges, which takes more pixels than it is moved by. */
  private static void requireCrop(RunConfig.Data data, ImageSet set) {
    int height = set.train().height();
    int width = set.train().width();
    if (data.cropPad() < Math.min(height, width)) return;
    throw new UsageException(
        "augment=%s moves images by up to %d pixels and needs more a side; those of %s are %d x %d: give -o augment=none"
            .formatted(
                data.flip() ? "flip-crop" : "crop", data.cropPad(), set.name(), width, height));
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
      writeChoices(session, directory);
      session.startDump(directory);
      return RunLog.open(config, directory, listener);
    } catch (RuntimeException | Error e) {
      directory.discard(made);
      throw e;
    }
  }

  /** What was drawn and what was timed. */
  static void writeChoices(Session session, RunDirectory directory) {
    SplitFile.write(directory.split(), session.split());
    session
        .choices()
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .ifPresent(text -> AtomicFile.write(directory.choices(), text));
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
