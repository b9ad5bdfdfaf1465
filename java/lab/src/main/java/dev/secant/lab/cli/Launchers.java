// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

/**
 * What the commands set in motion; tests put their own in place.
 *
 * @param run a new run
 * @param resume one that was stopped
 * @param probe null: there is no probe command
 */
record Launchers(RunLauncher run, RunLauncher resume, ProbeLauncher probe, StopRequest stop) {}
