// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

/**
 * The loss of a step.
 *
 * @param lossConsistency unweighted; null without a consistency term
 * @param weight of the consistency term
 */
public record TrainMetric(
    long step, double loss, double lossSupervised, Double lossConsistency, double weight)
    implements Metric {}
