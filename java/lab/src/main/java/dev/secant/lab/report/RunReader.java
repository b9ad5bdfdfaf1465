// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.lab.metrics.Metric;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.report.RunRecord.EvaluationPoint;
import dev.secant.lab.report.RunRecord.ProbePoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;

/**
 * Reads {@code config.yaml}, {@code summary.json} and {@code metrics.jsonl}, or {@code
 * metrics.jsonl.gz}, of a run folder.
 */
final class RunReader {
  private static final String MEASURED = "ema";
  private static final List<String> IN_CELL =
      List.of("dataset", "labels", "method", "k", "reading", "seed");

  private final RunDirectory run;
  private final List<EvaluationPoint> evaluations = new ArrayList<>();
  private final List<ProbePoint> probes = new ArrayList<>();
  private String pairs;

  private RunReader(Path folder) {
    this.run = RunDirectory.open(folder);
  }

  /**
   * @param name of the folder in the report
   * @throws DataException naming what is missing, damaged or of another version
   */
  static RunRecord read(Path folder, String name) {
    return new RunReader(folder).read(name);
  }

  private RunRecord read(String name) {
    if (!Files.exists(run.summary()))
      throw new DataException(run.summary() + ": missing; the run has not ended");
    RunConfig config = ConfigYaml.read(run.config());
    RunRecord.Cell cell = RunRecord.Cell.of(config);
    RunFacts facts = RunFacts.read(run.summary(), cell);
    Path metrics = run.storedMetrics();
    boolean halfWritten = MetricsReader.stream(metrics, this::take);
    requireWhole(metrics, config.run().steps(), facts);
    if (halfWritten)
      facts = facts.with(metrics.getFileName() + " ends in a half-written line, left out");
    SortedMap<String, String> options = ConfigYaml.options(config);
    IN_CELL.forEach(options::remove);
    return new RunRecord(name, cell, options, facts, List.copyOf(evaluations), List.copyOf(probes));
  }

  private void take(Metric metric) {
    if (metric instanceof EvalMetric m && m.weights().equals(MEASURED)) {
      evaluations.add(new EvaluationPoint(m.step(), m.trainTime(), m.accuracy(), m.loss()));
    } else if (metric instanceof ProbeMetric m && m.weights().equals(MEASURED)) {
      pairs = m.pairsHash();
      requireLayers(m);
      probes.add(
          new ProbePoint(
              m.trainTime(),
              each(m, LayerNonLin::nonlin),
              each(m, LayerNonLin::floor),
              each(m, LayerNonLin::relative)));
    }
  }

  /** As many in each probe, L0 first. */
  private void requireLayers(ProbeMetric m) {
    int expected = probes.isEmpty() ? m.layers().size() : probes.get(0).nonlin().length;
    boolean ordered = m.layers().size() == expected;
    for (int l = 0; ordered && l < expected; l++) ordered = m.layers().get(l).layer() == l;
    if (ordered) return;
    throw new DataException(
        "%s: the probe at step %d: expected layers 0 to %d, found %s"
            .formatted(
                run.storedMetrics(),
                m.step(),
                expected - 1,
                m.layers().stream().map(LayerNonLin::layer).toList()));
  }

  private static double[] each(ProbeMetric m, ToDoubleFunction<LayerNonLin> quantity) {
    return m.layers().stream().mapToDouble(quantity).toArray();
  }

  /** A run that ended well has measured after its last step, with the pairs its summary names. */
  private void requireWhole(Path metrics, long steps, RunFacts facts) {
    long last = evaluations.isEmpty() ? -1 : evaluations.get(evaluations.size() - 1).step();
    if (last != steps) {
      throw new DataException(
          "%s: expected an evaluation at step %d, the last; found %s"
              .formatted(metrics, steps, last < 0 ? "none" : "the last at step " + last));
    }
    if (pairs != null && !pairs.equals(facts.pairsHash())) {
      throw new DataException(
          metrics
              + ": pairs_hash: expected "
              + facts.pairsHash()
              + ", as in the summary, found "
              + pairs);
    }
  }
}
