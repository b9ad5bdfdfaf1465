// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.error.DataException;
import dev.secant.lab.metrics.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code summary.json} says of a run beside its results.
 *
 * @param seconds of the run; NaN where it does not say
 * @param joules of that time; NaN where they were not recorded
 * @param classes of the images; 0 where it does not say
 * @param notes what a reader must know, such as a collapse of the logits
 */
public record RunFacts(
    String dataHash,
    boolean lossy,
    String splitHash,
    String pairsHash,
    String revision,
    String backend,
    String host,
    double seconds,
    double joules,
    int classes,
    List<String> notes) {
  private static final int SCHEMA = 1;

  /**
   * @param cell that the run's configuration names, which the summary must be of
   * @throws DataException where the file is not a summary of that run
   */
  static RunFacts read(Path file, RunRecord.Cell cell) {
    JsonNode s = Json.read(file);
    int schema = s.path("schema").asInt(SCHEMA);
    if (schema != SCHEMA) {
      throw new DataException(
          file + ": schema: expected " + SCHEMA + ", found " + schema + ", of another version");
    }
    require(file, s, "dataset", cell.dataset());
    require(file, s, "labels", Integer.toString(cell.labels()));
    require(file, s, "k", Integer.toString(cell.method().k()));
    require(file, s, "seed", Long.toString(cell.seed()));
    if (!s.path("lossy").isBoolean()) throw wrong(file, s, "lossy", "true or false");
    return new RunFacts(
        text(file, s, "data_hash"),
        s.get("lossy").booleanValue(),
        text(file, s, "split_hash"),
        text(file, s, "pairs_hash"),
        s.path("revision").asText("unknown"),
        s.path("backend").asText("unknown"),
        s.path("host").asText("unknown"),
        s.path("seconds").asDouble(Double.NaN),
        s.path("energy_joules").asDouble(Double.NaN),
        s.path("classes").asInt(),
        notes(s));
  }

  private static void require(Path file, JsonNode s, String name, String expected) {
    if (s.path(name).asText("nothing").equals(expected)) return;
    throw new DataException(
        "%s: %s: expected %s, as in the config.yaml beside it, found %s"
            .formatted(file, name, expected, s.path(name).asText("nothing")));
  }

  private static String text(Path file, JsonNode s, String name) {
    if (!s.path(name).isTextual()) throw wrong(file, s, name, "a string");
    return s.get(name).textValue();
  }

  private static DataException wrong(Path file, JsonNode s, String name, String expected) {
    String found = s.has(name) ? s.get(name).toString() : "nothing";
    return new DataException(file + ": " + name + ": expected " + expected + ", found " + found);
  }

  private static List<String> notes(JsonNode summary) {
    List<String> notes = new ArrayList<>();
    summary.path("notes").forEach(note -> notes.add(note.asText()));
    return List.copyOf(notes);
  }

  /** With a further note. */
  RunFacts with(String note) {
    List<String> all = new ArrayList<>(notes);
    all.add(note);
    return new RunFacts(
        dataHash,
        lossy,
        splitHash,
        pairsHash,
        revision,
        backend,
        host,
        seconds,
        joules,
        classes,
        List.copyOf(all));
  }
}
