// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

/**
 * What the commands set in motion; tests put their own in place.
 *
 * @param probe null: there is no probe command
 */
record Launchers(RunLauncher run, ProbeLauncher probe, StopRequest stop) {}
