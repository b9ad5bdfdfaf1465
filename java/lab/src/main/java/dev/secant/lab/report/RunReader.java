// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.data.SplitFile;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.Json;
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

/**
 * Reads {@code config.yaml}, {@code split.json}, {@code metrics.jsonl} and {@code summary.json} of
 * a run folder.
 */
final class RunReader {
  private final Path folder;
  private final List<EvaluationPoint> evaluations = new ArrayList<>();
  private final List<ProbePoint> probes = new ArrayList<>();

  private RunReader(Path folder) {
    this.folder = folder;
  }

  static RunRecord read(Path folder) {
    return new RunReader(folder).read();
  }

  private RunRecord read() {
    RunDirectory run = RunDirectory.open(folder);
    metrics(run.metrics());
    JsonNode summary = summary(run.summary());
    return new RunRecord(
        folder,
        ConfigYaml.read(run.config()),
        SplitFile.classes(run.split()),
        summary.hasNonNull("lossy") ? summary.get("lossy").asBoolean() : null,
        summary.path("revision").asText("unknown"),
        summary.path("seconds").asDouble(Double.NaN),
        notes(summary),
        List.copyOf(evaluations),
        List.copyOf(probes));
  }

  private static List<String> notes(JsonNode summary) {
    List<String> notes = new ArrayList<>();
    summary.path("notes").forEach(note -> notes.add(note.asText()));
    return List.copyOf(notes);
  }

  private void metrics(Path file) {
    for (Metric metric : MetricsReader.read(file)) {
      if (metric instanceof EvalMetric m && m.weights().equals("ema")) {
        evaluations.add(new EvaluationPoint(m.trainTime(), m.accuracy(), m.loss()));
      } else if (metric instanceof ProbeMetric m && m.weights().equals("ema")) {
        probes.add(
            new ProbePoint(
                m.trainTime(), m.layers().stream().mapToDouble(LayerNonLin::nonlin).toArray()));
      }
    }
  }

  private static JsonNode summary(Path file) {
    if (!Files.exists(file)) throw new DataException(file + ": missing; the run has not ended");
    return Json.read(file);
  }
}
