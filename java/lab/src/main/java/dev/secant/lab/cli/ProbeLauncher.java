// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.probe.ProbeRequest;
import dev.secant.lab.probe.ProbeResult;

/** Probes the network of a finished run. */
@FunctionalInterface
interface ProbeLauncher {
  /**
   * @param pause called between the parts of the work; may throw to end it
   */
  ProbeResult launch(ProbeRequest request, Runnable pause);
}
