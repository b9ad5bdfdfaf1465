// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import java.util.List;

/**
 * Linearity of every layer.
 *
 * @param trainTime 0 at the start, 1000 at the end of training
 * @param weights {@code ema} or {@code raw}
 * @param k points mixed
 * @param alpha Dirichlet parameter
 * @param pairsHash equal for equal pairs
 */
public record ProbeMetric(
    long step,
    double trainTime,
    String weights,
    int k,
    double alpha,
    String pairsHash,
    List<LayerNonLin> layers)
    implements Metric {
  public ProbeMetric {
    layers = List.copyOf(layers);
  }
}
