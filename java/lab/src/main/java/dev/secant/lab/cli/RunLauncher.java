// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.RunConfig;
import dev.secant.lab.train.TrainListener;
import java.nio.file.Path;

/** Trains one network and returns the path of its {@code summary.json}. */
@FunctionalInterface
interface RunLauncher {
  Path launch(RunConfig config, TrainListener listener);
}
