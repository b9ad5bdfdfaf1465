// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/**
 * Writes {@code metrics.jsonl}. There is no wall-clock value in it, so that equal runs give equal
 * bytes. Numbers read back exactly; a value that is not finite is the string {@code "NaN"}, {@code
 * "Infinity"} or {@code "-Infinity"}. Confined to one thread.
 */
public final class MetricsWriter implements AutoCloseable {
  private final JsonLines lines;

  /**
   * @param file must not exist
   */
  public MetricsWriter(Path file) {
    this(new JsonLines(file));
  }

  private MetricsWriter(JsonLines lines) {
    this.lines = lines;
  }

  /** Goes on with a file after its first bytes; what lies behind them is cut off. */
  public static MetricsWriter resume(Path file, long length) {
    return new MetricsWriter(JsonLines.resume(file, length));
  }

  /** Bytes written so far. */
  public long length() {
    return lines.length();
  }

  /** One line, in the file when this returns. */
  public void write(Metric metric) {
    lines.write(toJson(metric));
  }

  /** The object that stands for a metric, for {@code --json} output too. */
  public static ObjectNode toJson(Metric metric) {
    if (metric instanceof TrainMetric m) return train(m);
    if (metric instanceof EvalMetric m) return eval(m);
    return probe((ProbeMetric) metric);
  }

  private static ObjectNode train(TrainMetric m) {
    return object("train", m)
        .put("loss", m.loss())
        .put("loss_supervised", m.lossSupervised())
        .put("loss_consistency", m.lossConsistency())
        .put("weight", m.weight());
  }

  private static ObjectNode eval(EvalMetric m) {
    return object("eval", m)
        .put("train_time", m.trainTime())
        .put("weights", m.weights())
        .put("accuracy", m.accuracy())
        .put("loss", m.loss());
  }

  private static ObjectNode probe(ProbeMetric m) {
    ObjectNode out =
        object("probe", m)
            .put("train_time", m.trainTime())
            .put("weights", m.weights())
            .put("k", m.k())
            .put("alpha", m.alpha())
            .put("pairs_hash", m.pairsHash());
    ArrayNode layers = out.putArray("layers");
    for (LayerNonLin layer : m.layers()) layers.add(layer(layer));
    return out;
  }

  private static ObjectNode layer(LayerNonLin l) {
    return Json.MAPPER
        .createObjectNode()
        .put("layer", l.layer())
        .put("nonlin", l.nonlin())
        .put("stderr", l.stderr())
        .put("sum", l.sum())
        .put("nonlin_squared", l.nonlinSquared())
        .put("floor", l.floor())
        .put("relative", l.relative())
        .put("one_minus_cos", l.oneMinusCos());
  }

  private static ObjectNode object(String type, Metric metric) {
    return Json.MAPPER.createObjectNode().put("type", type).put("step", metric.step());
  }

  @Override
  public void close() {
    lines.close();
  }
}
