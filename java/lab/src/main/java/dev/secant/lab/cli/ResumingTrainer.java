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
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Trains a cell, or goes on with what an interrupted attempt left in its folder. Where that cannot
 * be gone on with, such as after a change of the program, the cell starts anew and says so.
 */
final class ResumingTrainer implements CellTrainer {
  private final ImageSource images;
  private final StopRequest stop;
  private final boolean tensorBoard;

  /**
   * @param tensorBoard event files are written into the folders of cells, too
   */
  ResumingTrainer(ImageSource images, StopRequest stop, boolean tensorBoard) {
    this.stop = stop;
    this.images = images;
    this.tensorBoard = tensorBoard;
  }

  @Override
  public void train(RunConfig config, TrainListener listener) {
    RunDirectory left = new RunDirectory(config.run().out());
    // A summary here is one that cannot be read: the cell would not be trained otherwise.
    if (!Files.exists(left.config()) || Files.exists(left.summary())) {
      begin(config, listener);
      return;
    }
    boolean further = Files.isDirectory(left.checkpoints());
    try {
      heard(
          left.path(),
          further ? TensorBoard.Earlier.KEPT : TensorBoard.Earlier.REPLACED,
          listener,
          all -> Trainer.resume(asBegun(config, left), all, images));
    } catch (UnusableCheckpointException e) {
      listener.onNote("warning: " + e.getMessage() + "; starting anew");
      begin(config, listener);
    }
  }

  private void begin(RunConfig config, TrainListener listener) {
    heard(
        config.run().out(),
        TensorBoard.Earlier.REPLACED,
        listener,
        all -> Trainer.run(config, all, images));
  }

  private void heard(
      Path folder,
      TensorBoard.Earlier earlier,
      TrainListener listener,
      Consumer<TrainListener> training) {
    if (!tensorBoard) {
      training.accept(listener);
      return;
    }
    try (TensorBoard board = TensorBoard.into(folder, earlier)) {
      training.accept(new Listeners(stop, List.of(listener, board)));
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
