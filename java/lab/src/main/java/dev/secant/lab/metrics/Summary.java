// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import java.util.List;
import java.util.Map;

/**
 * What is left of a run when it has ended.
 *
 * @param accuracy mean of the last 20 evaluations (EMA weights)
 * @param nonlin mean of the last five probes per layer, L0..L5
 * @param dataHash order-free over images and labels
 * @param lossy whether results are only indicative
 * @param classes of the images
 * @param revision of the source
 * @param plansHash SHA-256, in hex, of the algorithms that the backend chose by measurement; null
 *     where it chose none
 * @param versions of the libraries, by name
 * @param seconds of training, with evaluations and probes
 * @param energy in that time
 * @param host processor, cores, Java, operating system in one line
 * @param notes what a reader must know, such as a collapse of the logits or a limited test set
 */
public record Summary(
    Run run,
    double accuracy,
    List<Double> nonlin,
    String dataHash,
    boolean lossy,
    String splitHash,
    String pairsHash,
    String plansHash,
    int classes,
    long parameters,
    long multiplyAdds,
    String revision,
    String backend,
    Map<String, String> versions,
    double seconds,
    Energy energy,
    double imagesPerSecond,
    String host,
    List<String> notes) {

  /** Reported accuracy is the mean of so many last evaluations, never the best. */
  public static final int LAST_EVALUATIONS = 20;

  /** Reported NonLin is the mean of so many last probes. */
  public static final int LAST_PROBES = 5;

  /**
   * What the run was.
   *
   * @param alpha Dirichlet parameters of training, K of them
   * @param probeAlpha the one of probes
   */
  public record Run(
      String dataset,
      String method,
      int k,
      List<Double> alpha,
      double probeAlpha,
      String reading,
      int labels,
      long steps,
      long seed) {}
}
