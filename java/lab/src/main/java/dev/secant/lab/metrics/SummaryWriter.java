// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.TreeMap;

/** Writes {@code summary.json}, whole or not at all. */
public final class SummaryWriter {
  private SummaryWriter() {}

  public static void write(Path file, Summary summary) {
    try {
      String text =
          Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(toJson(summary)) + "\n";
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always written", e);
    }
  }

  /** The object that stands for a summary, for {@code --json} output too. */
  public static ObjectNode toJson(Summary s) {
    ObjectNode out =
        Json.MAPPER
            .createObjectNode()
            .put("dataset", s.run().dataset())
            .put("method", s.run().method())
            .put("k", s.run().k());
    ArrayNode alpha = out.putArray("alpha");
    s.run().alpha().forEach(alpha::add);
    out.put("probe_alpha", s.run().probeAlpha())
        .put("reading", s.run().reading())
        .put("labels", s.run().labels())
        .put("steps", s.run().steps())
        .put("seed", s.run().seed())
        .put("accuracy", s.accuracy());
    ArrayNode nonlin = out.putArray("nonlin");
    s.nonlin().forEach(nonlin::add);
    out.put("data_hash", s.dataHash())
        .put("lossy", s.lossy())
        .put("split_hash", s.splitHash())
        .put("pairs_hash", s.pairsHash())
        .put("plans_hash", s.plansHash())
        .put("classes", s.classes())
        .put("parameters", s.parameters())
        .put("multiply_adds", s.multiplyAdds())
        .put("revision", s.revision())
        .put("backend", s.backend());
    ObjectNode versions = out.putObject("versions");
    new TreeMap<>(s.versions()).forEach(versions::put);
    double joules = s.energy().joules();
    out.put("seconds", s.seconds())
        .put("energy_joules", Double.isNaN(joules) ? null : (Double) joules)
        .put("energy_source", s.energy().source())
        .put("images_per_second", s.imagesPerSecond())
        .put("host", s.host());
    ArrayNode notes = out.putArray("notes");
    s.notes().forEach(notes::add);
    return out;
  }
}
