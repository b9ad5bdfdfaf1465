// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.checkpoint.Checkpoint;
import dev.secant.lab.checkpoint.CheckpointStore;
import dev.secant.lab.checkpoint.Identity;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.FileOperations;
import dev.secant.lab.metrics.RunDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Goes on with a run that was stopped, or refuses to and says what differs. */
final class Resumption {
  private final RunConfig config;
  private final RunDirectory directory;
  private final ImageSource sets;
  private final TrainListener listener;
  private final CheckpointStore store;

  Resumption(
      RunConfig config,
      RunDirectory directory,
      ImageSource sets,
      FileOperations files,
      TrainListener listener) {
    this.config = config;
    this.directory = directory;
    this.sets = sets;
    this.listener = listener;
    this.store = new CheckpointStore(directory, files);
  }

  /** Returns the path of {@code summary.json}. */
  Path run() {
    requireRecorded();
    CheckpointStore.Found found = store.newest(BuildInfo.program());
    Checkpoint checkpoint = found.checkpointOrNull();
    if (checkpoint != null) requireSame(checkpoint, knownAtOnce());
    found
        .damaged()
        .forEach(
            d -> listener.onNote("warning: %s cannot be used: %s".formatted(d.file(), d.reason())));
    try (Session session = Session.open(config, () -> Trainer.images(config, sets))) {
      if (checkpoint == null) return startOver(session);
      requireSame(checkpoint, session.identity());
      store.discard(found.damaged());
      return goOn(session, checkpoint);
    }
  }

  private Path goOn(Session session, Checkpoint checkpoint) {
    long step = checkpoint.position().step();
    session.restore(checkpoint);
    List<String> notes = notes(checkpoint, session.identity());
    notes.forEach(note -> listener.onNote("warning: " + note));
    listener.onNote(
        "%s: going on at step %d of %d".formatted(directory.path(), step, config.run().steps()));
    try (RunLog log = RunLog.resume(config, directory, listener, checkpoint.position(), notes)) {
      return Trainer.train(session, directory, log, store, new Trainer.Start(step, true));
    }
  }

  private Path startOver(Session session) {
    listener.onNote(directory.path() + ": no checkpoint yet, starting at the first step");
    directory.deleteGrowing();
    Trainer.writeChoices(session, directory);
    try (RunLog log = RunLog.open(config, directory, listener)) {
      Trainer.Start start = Trainer.Start.at(config.run().firstStep());
      return Trainer.train(session, directory, log, store, start);
    }
  }

  /** The configuration is the recorded one, but for what may differ. */
  private void requireRecorded() {
    RunConfig recorded = ConfigYaml.read(directory.config());
    String here = ConfigYaml.whenResumed(config);
    String there = ConfigYaml.whenResumed(recorded);
    if (!here.equals(there)) {
      throw new UsageException(
          "%s: %s; a run is resumed with its own options"
              .formatted(
                  directory.path(), ConfigYaml.difference("the call", here, "the run", there)));
    }
    if (config.run().dumpRecipes() != null) {
      throw new UsageException(
          directory.path() + ": a run with --dump-recipes has no checkpoints and is not resumed");
    }
  }

  /** What can be compared before images are read. */
  private Identity knownAtOnce() {
    return new Identity(BuildInfo.program(), ConfigYaml.identity(config), null, null, null, null);
  }

  private static void requireSame(Checkpoint checkpoint, Identity run) {
    List<String> differences = checkpoint.identity().differences(run);
    if (differences.isEmpty()) return;
    throw new DataException(
        checkpoint.file() + ": not of this run: " + String.join("; ", differences));
  }

  private static List<String> notes(Checkpoint checkpoint, Identity run) {
    List<String> notes = new ArrayList<>();
    String before = checkpoint.identity().backend();
    if (!before.equals(run.backend())) {
      notes.add(
          "resumed at step %d on %s after %s: the last bits may not be those of a run in one piece"
              .formatted(checkpoint.position().step(), run.backend(), before));
    }
    return notes;
  }
}
