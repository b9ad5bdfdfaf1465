// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

/** One line of {@code timing.jsonl}: wall-clock time since the start of training. */
public record TimingMetric(long step, double seconds, double imagesPerSecond) {}
