// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.report;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Processor;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.AtomicFile;
import dev.secant.lab.metrics.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A whole run of the benchmarks.
 *
 * @param set {@code short}, {@code full} or {@code part}
 * @param date of its end
 * @param secant version and revision
 * @param rounds processes of every entry
 * @param load averages over a minute, first and last
 * @param programs versions by name
 * @param controls giga of bytes or operations in a second that processes reached, by kind
 * @param rejected processes that were thrown away, with the reason
 * @param failed entries whose process ended without a result, with the reason
 */
public record Results(
    int schema,
    String set,
    String date,
    String secant,
    Processor processor,
    String system,
    int threads,
    int rounds,
    List<Double> load,
    Map<String, String> programs,
    Map<String, Spread> controls,
    List<Row> rows,
    List<String> rejected,
    List<String> failed) {
  public static final int SCHEMA = 2;

  /** Of a control over all processes. */
  public record Spread(double median, double p10, double p90, int samples) {}

  public Optional<Row> row(String problem, String program) {
    return rows.stream()
        .filter(row -> row.problem().equals(problem) && row.program().equals(program))
        .findFirst();
  }

  /** Beside Secant; empty for Secant itself, and where it was not measured. */
  Optional<Ratio> ratio(Row row) {
    if (row.program().equals("secant")) return Optional.empty();
    String base = Problem.parse(row.problem()).base().text();
    return row(base, "secant").map(secant -> Ratio.of(row, secant));
  }

  /** Median rate of a control; NaN where it was not measured. */
  double control(String kind) {
    Spread spread = controls.get(kind);
    return spread == null ? Double.NaN : spread.median();
  }

  /** The name of its file among the recorded results. */
  @JsonIgnore
  public String fileName() {
    return processor.key() + "-" + set + ".json";
  }

  public void write(Path file) {
    AtomicFile.write(file, (json() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  public String json() {
    return Json.MAPPER.valueToTree(this).toPrettyString();
  }

  /**
   * @throws DataException when it is missing or was written by another version
   */
  public static Results read(Path file) {
    try {
      Results results = Json.MAPPER.treeToValue(Json.read(file), Results.class);
      if (results.schema() == SCHEMA) return results;
      throw new DataException(
          "%s: expected schema %d, found %d".formatted(file, SCHEMA, results.schema()));
    } catch (JsonProcessingException e) {
      throw new DataException(
          file + ": not results of ./secant bench: " + e.getOriginalMessage(), e);
    }
  }
}
