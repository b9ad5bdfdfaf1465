// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

/**
 * @param accuracy share of images whose largest logit is the label's, 0..1
 * @param loss mean cross-entropy
 * @param spread standard deviation of the logits over the images, averaged over classes: near zero
 *     after a collapse
 */
public record Evaluation(double accuracy, double loss, double spread) {}
