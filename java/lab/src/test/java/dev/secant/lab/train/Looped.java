// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import dev.secant.lab.checkpoint.CheckpointStore;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.metrics.FileOperations;
import dev.secant.lab.metrics.RunDirectory;

/** The training loop of an open session, from the first step of its configuration to the last. */
final class Looped {
  private Looped() {}

  static void run(RunConfig config, Session session, RunLog log, RunDirectory directory) {
    Trainer.Start start = Trainer.Start.at(config.run().firstStep());
    CheckpointStore store = new CheckpointStore(directory, FileOperations.SYSTEM);
    try (RunCheckpoints checkpoints =
        new RunCheckpoints(config, store, session, start, System::nanoTime)) {
      new TrainingLoop(config, session, log, checkpoints, start.step()).run();
    }
  }
}
