// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.config.RunConfig;
import dev.secant.lab.train.TrainListener;

/** Trains one network into the run folder that its configuration names. */
@FunctionalInterface
public interface CellTrainer {
  /**
   * @throws dev.secant.lab.error.LabException with the exit code of whatever went wrong
   */
  void train(RunConfig config, TrainListener listener);
}
