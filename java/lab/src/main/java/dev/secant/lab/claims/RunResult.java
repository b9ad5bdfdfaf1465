// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.claims;

import java.util.List;

/**
 * What a claim needs of a run.
 *
 * @param dataset the option of this name
 * @param method as {@link Names#method} spells it
 * @param accuracy mean of the last evaluations, 0..1
 * @param nonlin mean of the last probes by layer, L0 first
 * @param splitHash of the labelled and unlabelled images
 * @param pairsHash of the pairs that were probed
 * @param lossless whether the images are a lossless release of a data set of the paper
 */
public record RunResult(
    Place place,
    String method,
    long seed,
    double accuracy,
    List<Double> nonlin,
    String splitHash,
    String pairsHash,
    boolean lossless) {
  public RunResult {
    nonlin = List.copyOf(nonlin);
  }

  /** NaN where that layer was not measured. */
  public double nonlin(int layer) {
    return layer < nonlin.size() ? nonlin.get(layer) : Double.NaN;
  }
}
