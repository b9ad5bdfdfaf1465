// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.report.RunRecord.EvaluationPoint;
import dev.secant.lab.report.RunRecord.ProbePoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code config.yaml}, {@code metrics.jsonl} and {@code summary.json} of a run folder. */
final class RunReader {
  private static final ObjectMapper JSON = new ObjectMapper();

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
    if (!Files.isDirectory(folder)) {
      throw new DataException(folder + ": no such run folder");
    }
    metrics(folder.resolve("metrics.jsonl"));
    JsonNode summary = summary(folder.resolve("summary.json"));
    return new RunRecord(
        folder,
        ConfigYaml.read(folder.resolve("config.yaml")),
        summary.hasNonNull("lossy") ? summary.get("lossy").asBoolean() : null,
        summary.path("revision").asText("unknown"),
        summary.path("seconds").asDouble(Double.NaN),
        List.copyOf(evaluations),
        List.copyOf(probes));
  }

  private void metrics(Path file) {
    try (BufferedReader in = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line; (line = in.readLine()) != null; ) metric(file, ++number, line);
    } catch (NoSuchFileException e) {
      throw new DataException(file + ": missing; is " + folder + " a run folder?");
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }

  private void metric(Path file, int number, String line) {
    try {
      JsonNode node = JSON.readTree(line);
      if (!node.path("weights").asText("ema").equals("ema")) return;
      switch (node.path("type").asText()) {
        case "eval" -> evaluations.add(
            new EvaluationPoint(number(node, "train_time"), number(node, "accuracy"), number(node, "loss")));
        case "probe" -> probes.add(new ProbePoint(number(node, "train_time"), layers(node)));
        default -> {}
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new DataException(file + " line " + number + ": not a metric: " + reason(e), e);
    }
  }

  private static double[] layers(JsonNode probe) {
    JsonNode layers = probe.path("layers");
    double[] nonlin = new double[layers.size()];
    for (int i = 0; i < nonlin.length; i++) nonlin[i] = number(layers.get(i), "nonlin");
    return nonlin;
  }

  private static double number(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isNumber()) throw new IllegalArgumentException("\"" + field + "\" is not a number");
    return value.asDouble();
  }

  private static JsonNode summary(Path file) {
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new DataException(file + ": missing; the run has not ended");
    } catch (JsonProcessingException e) {
      throw new DataException(file + ": not JSON: " + reason(e), e);
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", file, e);
    }
  }

  private static String reason(Exception e) {
    return e instanceof JsonProcessingException j ? j.getOriginalMessage() : e.getMessage();
  }
}
