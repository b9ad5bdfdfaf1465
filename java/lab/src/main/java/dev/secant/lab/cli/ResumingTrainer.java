// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.backend.DeviceOptions;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.UnusableCheckpointException;
import dev.secant.lab.grid.CellTrainer;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.train.ImageSource;
import dev.secant.lab.train.TrainListener;
import dev.secant.lab.train.Trainer;
import java.nio.file.Files;

/**
 * Trains a cell, or goes on with what an interrupted attempt left in its folder. Where that cannot
 * be gone on with, such as after a change of the program, the cell starts anew and says so.
 */
final class ResumingTrainer implements CellTrainer {
  private final ImageSource images;

  ResumingTrainer(ImageSource images) {
    this.images = images;
  }

  @Override
  public void train(RunConfig config, TrainListener listener) {
    RunDirectory left = new RunDirectory(config.run().out());
    // A summary here is one that cannot be read: the cell would not be trained otherwise.
    if (!Files.exists(left.config()) || Files.exists(left.summary())) {
      Trainer.run(config, listener, images);
      return;
    }
    try {
      Trainer.resume(asBegun(config, left), listener, images);
    } catch (UnusableCheckpointException e) {
      listener.onNote("warning: " + e.getMessage() + "; starting anew");
      Trainer.run(config, listener, images);
    }
  }

  /**
   * With the threads and the plans that the attempt had, for others give other last bits; device,
   * libraries and data as they are here.
   */
  private static RunConfig asBegun(RunConfig config, RunDirectory left) {
    ConfigResolver resolver =
        new ConfigResolver()
            .file(left.config())
            .override("device=" + config.run().device().ordinal());
    DeviceOptions here = config.run().device();
    if (!here.folders().isEmpty()) resolver.override("cuda.libraries=" + here.folders().get(0));
    if (here.library() != null) resolver.override("cuda.library=" + here.library());
    if (Files.exists(left.choices())) resolver.override("cuda.plans=" + left.choices());
    if (config.data().directory() != null)
      resolver.flag("data", config.data().directory().toString());
    return resolver.flag("out", config.run().out().toString()).resolve().config();
  }
}
