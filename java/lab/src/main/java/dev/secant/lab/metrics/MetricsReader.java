// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads {@code metrics.jsonl} and {@code timing.jsonl} back. A last line without its end, which a
 * killed run may leave, is not part of the file; anything else that is wrong is named with file and
 * line.
 */
public final class MetricsReader {
  private MetricsReader() {}

  public static List<Metric> read(Path file) {
    return lines(file, MetricsReader::metric);
  }

  /** The metrics of one kind, in file order. */
  public static <M extends Metric> List<M> read(Path file, Class<M> kind) {
    return read(file).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  public static List<TimingMetric> readTiming(Path file) {
    return lines(
        file,
        f -> new TimingMetric(f.count("step"), f.real("seconds"), f.real("images_per_second")));
  }

  /**
   * Hands on the metrics one after the other, so that no more than a line is held; a file that ends
   * in {@code .gz} is unpacked on the way.
   *
   * @return whether the file ends in a half-written line, which is left out
   */
  public static boolean stream(Path file, Consumer<Metric> metrics) {
    return stream(file, MetricsReader::metric, (line, metric) -> metrics.accept(metric));
  }

  /** The lines of evaluations and probes, as they stand in the file. */
  public static List<String> measured(Path file) {
    List<String> measured = new ArrayList<>();
    stream(
        file,
        MetricsReader::metric,
        (line, metric) -> {
          if (!(metric instanceof TrainMetric)) measured.add(line);
        });
    return measured;
  }

  private static <T> List<T> lines(Path file, Function<JsonFields, T> parse) {
    List<T> out = new ArrayList<>();
    stream(file, parse, (line, parsed) -> out.add(parsed));
    return out;
  }

  private static <T> boolean stream(
      Path file, Function<JsonFields, T> parse, BiConsumer<String, T> sink) {
    try (LineSource lines = LineSource.open(file)) {
      for (String line; (line = lines.next()) != null; ) {
        sink.accept(line, parse.apply(JsonFields.parse(file + ":" + lines.number(), line)));
      }
      return lines.halfWritten();
    }
  }

  private static Metric metric(JsonFields f) {
    String type = f.text("type");
    return switch (type) {
      case "train" ->
          new TrainMetric(
              f.count("step"),
              f.real("loss"),
              f.real("loss_supervised"),
              f.isNull("loss_consistency") ? null : f.real("loss_consistency"),
              f.real("weight"));
      case "eval" ->
          new EvalMetric(
              f.count("step"),
              f.real("train_time"),
              f.text("weights"),
              f.real("accuracy", 1),
              f.real("loss"));
      case "probe" -> probe(f);
      default -> throw f.wrong("type", "train, eval or probe");
    };
  }

  private static ProbeMetric probe(JsonFields f) {
    List<LayerNonLin> layers = new ArrayList<>();
    for (JsonFields l : f.objects("layers")) {
      layers.add(
          new LayerNonLin(
              l.smallCount("layer"),
              l.real("nonlin", Double.POSITIVE_INFINITY),
              l.real("stderr", Double.POSITIVE_INFINITY),
              l.real("sum", Double.POSITIVE_INFINITY),
              l.real("nonlin_squared", Double.POSITIVE_INFINITY),
              l.real("floor", Double.POSITIVE_INFINITY),
              l.real("relative", Double.POSITIVE_INFINITY),
              l.real("one_minus_cos")));
    }
    return new ProbeMetric(
        f.count("step"),
        f.real("train_time"),
        f.text("weights"),
        f.smallCount("k"),
        f.real("alpha"),
        f.text("pairs_hash"),
        layers);
  }
}
