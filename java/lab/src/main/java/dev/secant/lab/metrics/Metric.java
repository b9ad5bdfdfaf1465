// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

/** One line of {@code metrics.jsonl}. */
public sealed interface Metric permits TrainMetric, EvalMetric, ProbeMetric {
  /** Steps taken before it was measured. */
  long step();
}
