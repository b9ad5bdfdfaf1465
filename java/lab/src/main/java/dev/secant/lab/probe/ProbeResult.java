// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.ProbeMetric;

/**
 * Linearity of every layer, and the evaluation read off the same clean forward passes.
 *
 * @param pairs images probed
 */
public record ProbeResult(EvalMetric evaluation, ProbeMetric probe, long pairs) {}
