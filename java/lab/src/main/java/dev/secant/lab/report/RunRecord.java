// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.config.RunConfig;
import dev.secant.lab.metrics.Summary;
import java.nio.file.Path;
import java.util.List;

/**
 * What a report needs of a run, read back from its folder.
 *
 * @param classes of the data set
 * @param lossy the images are not the original release; null where the run does not say
 * @param seconds of the run; NaN where the run does not say
 * @param notes what a reader must know, such as a collapse of the logits
 * @param evaluations of the averaged weights, in order
 * @param probes of the averaged weights, in order
 */
public record RunRecord(
    Path folder,
    RunConfig config,
    int classes,
    Boolean lossy,
    String revision,
    double seconds,
    List<String> notes,
    List<EvaluationPoint> evaluations,
    List<ProbePoint> probes) {

  /**
   * @param trainTime 0..1000
   */
  public record EvaluationPoint(double trainTime, double accuracy, double loss) {}

  /**
   * @param nonlin by layer
   */
  public record ProbePoint(double trainTime, double[] nonlin) {}

  /** Such as {@code ERM}, {@code mixup} or {@code ICT[3]}. */
  public String label() {
    int k = config.method().k();
    return switch (config.method().kind()) {
      case ERM -> "ERM";
      case MIXUP -> k == 2 ? "mixup" : "mixup[" + k + "]";
      case ICT -> "ICT[" + k + "]";
    };
  }

  /** Mean accuracy of the last evaluations, never the best; NaN without any. */
  public double accuracy() {
    return last(evaluations, Summary.LAST_EVALUATIONS).stream()
        .mapToDouble(EvaluationPoint::accuracy)
        .average()
        .orElse(Double.NaN);
  }

  /** Expected accuracy of answers drawn evenly from the classes. */
  public double chance() {
    return 1.0 / classes;
  }

  /** Evaluations behind {@link #accuracy()}. */
  public int finalEvaluations() {
    return Math.min(Summary.LAST_EVALUATIONS, evaluations.size());
  }

  /** Mean NonLin of a layer over the last probes; NaN without any. */
  public double nonlin(int layer) {
    return last(probes, Summary.LAST_PROBES).stream()
        .mapToDouble(p -> p.nonlin()[layer])
        .average()
        .orElse(Double.NaN);
  }

  /** Number of layers measured. */
  public int layers() {
    return probes.isEmpty() ? 0 : probes.get(0).nonlin().length;
  }

  private static <T> List<T> last(List<T> list, int count) {
    return list.subList(Math.max(0, list.size() - count), list.size());
  }
}
