// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.claims.Names;
import dev.secant.lab.claims.Place;
import dev.secant.lab.claims.RunResult;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.RunConfig.Kind;
import dev.secant.lab.config.Word;
import dev.secant.lab.metrics.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * What a report needs of a run, read back from its folder.
 *
 * @param name of the folder, relative to where the report was asked for
 * @param cell which run of a grid it is
 * @param options every other option that decides what is computed, as text
 * @param evaluations of the averaged weights, in order
 * @param probes of the averaged weights, in order
 */
public record RunRecord(
    String name,
    Cell cell,
    SortedMap<String, String> options,
    RunFacts facts,
    List<EvaluationPoint> evaluations,
    List<ProbePoint> probes) {
  private static final Set<String> OF_PAPER = Set.of("cifar10", "cifar100", "svhn");

  /**
   * @param dataset the option of this name
   * @param reading the option of this name; of no meaning without a consistency loss
   */
  record Cell(String dataset, int labels, Method method, String reading, long seed) {
    static Cell of(RunConfig c) {
      return new Cell(
          Word.of(c.data().dataset()),
          c.data().labels(),
          Method.of(c.method()),
          Word.of(c.method().reading()),
          c.run().seed());
    }

    Place place() {
      return new Place(dataset, labels);
    }

    boolean hasReading() {
      return method.kind() == Kind.ICT;
    }

    @Override
    public String toString() {
      return place()
          + ", "
          + method.label()
          + (hasReading() ? ", " + reading : "")
          + ", seed "
          + seed;
    }
  }

  /**
   * @param trainTime 0..1000
   */
  public record EvaluationPoint(long step, double trainTime, double accuracy, double loss) {}

  /**
   * @param nonlin by layer, as floor and relative
   */
  public record ProbePoint(double trainTime, double[] nonlin, double[] floor, double[] relative) {}

  public String label() {
    return cell.method.label();
  }

  String option(String key) {
    return options.getOrDefault(key, "");
  }

  long steps() {
    return Long.parseLong(option("steps"));
  }

  /** On the lossless release of a data set of the paper: verdicts may be given. */
  boolean lossless() {
    return OF_PAPER.contains(cell.dataset) && !facts.lossy();
  }

  static boolean ofPaper(String dataset) {
    return OF_PAPER.contains(dataset);
  }

  RunResult result() {
    List<Double> nonlin = new ArrayList<>();
    for (int l = 0; l < layers(); l++) nonlin.add(nonlin(l));
    return new RunResult(
        cell.place(),
        label(),
        cell.seed,
        accuracy(),
        nonlin,
        facts.splitHash(),
        facts.pairsHash(),
        lossless());
  }

  /** Mean accuracy of the last evaluations, never the best; NaN without any. */
  public double accuracy() {
    return last(evaluations, Summary.LAST_EVALUATIONS).stream()
        .mapToDouble(EvaluationPoint::accuracy)
        .average()
        .orElse(Double.NaN);
  }

  /** Evaluations behind {@link #accuracy()}. */
  public int finalEvaluations() {
    return Math.min(Summary.LAST_EVALUATIONS, evaluations.size());
  }

  /** Mean NonLin of a layer over the last probes; NaN without any. */
  public double nonlin(int layer) {
    return end(ProbePoint::nonlin, layer);
  }

  double floor(int layer) {
    return end(ProbePoint::floor, layer);
  }

  /** NonLin above its floor. */
  double excess(int layer) {
    return nonlin(layer) - floor(layer);
  }

  double relative(int layer) {
    return end(ProbePoint::relative, layer);
  }

  private double end(Function<ProbePoint, double[]> quantity, int layer) {
    return last(probes, Summary.LAST_PROBES).stream()
        .mapToDouble(p -> quantity.apply(p)[layer])
        .average()
        .orElse(Double.NaN);
  }

  /** Number of layers measured. */
  public int layers() {
    return probes.isEmpty() ? 0 : probes.get(0).nonlin().length;
  }

  /** Such as {@code WRN-28-2}. */
  String network() {
    return "WRN-" + option("depth") + "-" + option("width");
  }

  /** Accuracy of guessing, 0..1; NaN where the number of classes is not known. */
  double chance() {
    return facts.classes() > 0 ? 1.0 / facts.classes() : Published.chance(cell.dataset);
  }

  /** The same in words; empty where it is not known. */
  String guessing() {
    return Double.isFinite(chance())
        ? String.format(Locale.ROOT, "Guessing gets %.1f %%.", 100 * chance())
        : "";
  }

  /** Such as {@code CIFAR-10}. */
  String dataset() {
    return Names.dataset(cell.dataset);
  }

  private static <T> List<T> last(List<T> list, int count) {
    return list.subList(Math.max(0, list.size() - count), list.size());
  }
}
