// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

/**
 * Accuracy on the test images.
 *
 * @param trainTime 0 at the start, 1000 at the end of training
 * @param weights {@code ema} or {@code raw}
 * @param accuracy 0..1
 */
public record EvalMetric(long step, double trainTime, String weights, double accuracy, double loss)
    implements Metric {}
