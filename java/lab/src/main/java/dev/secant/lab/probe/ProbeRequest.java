// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.probe;

import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.config.RunConfig.Weights;
import java.nio.file.Path;
import java.util.List;

/**
 * What to probe of a finished run; whatever is null is as the run had it.
 *
 * @param run its folder
 * @param data folder of the data set
 * @param k points mixed
 * @param alpha Dirichlet parameter
 * @param lambda fixed weights (K, of sum 1) instead of drawn ones
 * @param testLimit first so many test images; 0 = all
 * @param threads null: every core
 * @param backend name of the one to use
 * @param arithmetic of feature maps; null with another backend than the run's: fp32
 */
public record ProbeRequest(
    Path run,
    Path data,
    Integer k,
    Double alpha,
    List<Double> lambda,
    Weights weights,
    Statistics statistics,
    Integer testLimit,
    Integer threads,
    String backend,
    Arithmetic arithmetic) {

  /** Which statistics batch norm uses. */
  public enum Statistics {
    /** The running ones. */
    EVAL,
    /** Those of each batch. */
    BATCH,
    /** Taken anew on the clean test images that are probed. */
    RECALIBRATED
  }
}
