// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.error.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        f -> new TimingMetric(f.integer("step"), f.real("seconds"), f.real("images_per_second")));
  }

  /**
   * Hands on the metrics one after the other, so that no more than a line is held; a file that ends
   * in {@code .gz} is unpacked on the way.
   *
   * @return whether the file ends in a half-written line, which is left out
   */
  public static boolean stream(Path file, Consumer<Metric> metrics) {
    return stream(file, MetricsReader::metric, metrics);
  }

  /** The lines of evaluations and probes, as they stand in the file. */
  public static List<String> measured(Path file) {
    List<String> measured = new ArrayList<>();
    try (LineSource lines = LineSource.open(file)) {
      for (String line; (line = lines.next()) != null; ) {
        Metric metric = metric(Fields.parse(file + ":" + lines.number(), line));
        if (!(metric instanceof TrainMetric)) measured.add(line);
      }
    }
    return measured;
  }

  private static <T> List<T> lines(Path file, Function<Fields, T> parse) {
    List<T> out = new ArrayList<>();
    stream(file, parse, out::add);
    return out;
  }

  private static <T> boolean stream(Path file, Function<Fields, T> parse, Consumer<T> sink) {
    try (LineSource lines = LineSource.open(file)) {
      for (String line; (line = lines.next()) != null; ) {
        sink.accept(parse.apply(Fields.parse(file + ":" + lines.number(), line)));
      }
      return lines.halfWritten();
    }
  }

  private static Metric metric(Fields f) {
    String type = f.text("type");
    return switch (type) {
      case "train" ->
          new TrainMetric(
              f.integer("step"),
              f.real("loss"),
              f.real("loss_supervised"),
              f.isNull("loss_consistency") ? null : f.real("loss_consistency"),
              f.real("weight"));
      case "eval" ->
          new EvalMetric(
              f.integer("step"),
              f.real("train_time"),
              f.text("weights"),
              f.real("accuracy"),
              f.real("loss"));
      case "probe" -> probe(f);
      default -> throw f.wrong("type", "train, eval or probe");
    };
  }

  private static ProbeMetric probe(Fields f) {
    List<LayerNonLin> layers = new ArrayList<>();
    for (Fields l : f.objects("layers")) {
      layers.add(
          new LayerNonLin(
              (int) l.integer("layer"),
              l.real("nonlin"),
              l.real("stderr"),
              l.real("sum"),
              l.real("nonlin_squared"),
              l.real("floor"),
              l.real("relative"),
              l.real("one_minus_cos")));
    }
    return new ProbeMetric(
        f.integer("step"),
        f.real("train_time"),
        f.text("weights"),
        (int) f.integer("k"),
        f.real("alpha"),
        f.text("pairs_hash"),
        layers);
  }

  /** The fields of one object and where it stands. */
  private record Fields(String where, JsonNode node) {
    static Fields parse(String where, String line) {
      try {
        JsonNode node = Json.MAPPER.readTree(line);
        if (node.isObject()) return new Fields(where, node);
        throw new DataException(where + ": expected a JSON object, found " + node.getNodeType());
      } catch (JsonProcessingException e) {
        throw new DataException(where + ": not JSON: " + e.getOriginalMessage(), e);
      }
    }

    DataException wrong(String name, String expected) {
      return new DataException(
          "%s: %s: expected %s, found %s".formatted(where, name, expected, node.path(name)));
    }

    boolean isNull(String name) {
      return node.path(name).isNull();
    }

    String text(String name) {
      if (!node.path(name).isTextual()) throw wrong(name, "a string");
      return node.get(name).textValue();
    }

    long integer(String name) {
      if (!node.path(name).canConvertToExactIntegral()) throw wrong(name, "an integer");
      return node.get(name).longValue();
    }

    double real(String name) {
      JsonNode value = node.path(name);
      if (value.isNumber()) return value.doubleValue();
      return switch (value.asText()) {
        case "NaN" -> Double.NaN;
        case "Infinity" -> Double.POSITIVE_INFINITY;
        case "-Infinity" -> Double.NEGATIVE_INFINITY;
        default -> throw wrong(name, "a number");
      };
    }

    List<Fields> objects(String name) {
      if (!node.path(name).isArray()) throw wrong(name, "an array");
      List<Fields> out = new ArrayList<>();
      for (JsonNode element : node.get(name)) out.add(new Fields(where, element));
      return out;
    }
  }
}
