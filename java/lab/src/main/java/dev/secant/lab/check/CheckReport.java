// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.check.CheckRow.Status;
import dev.secant.lab.config.Word;
import dev.secant.lab.metrics.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rows as one JSON object and as one Markdown page. What did not run on a device is never a pass:
 * on the CPU, where the checks themselves are tried, what passes is counted as not run.
 *
 * @param header hardware, driver, versions, revision, by name in order
 * @param rows in the order of their checks
 * @param onDevice whether they ran on one
 */
public record CheckReport(Map<String, String> header, List<CheckRow> rows, boolean onDevice) {
  /** What the peer measures too. */
  private static final Set<String> COMPARED =
      Set.of("step", "kernel", "probe", "evaluation", "convolution");

  /** The same machine, other rows. */
  public CheckReport with(List<CheckRow> others) {
    return new CheckReport(header, others, onDevice);
  }

  /** How many rows ended so. */
  public long count(Status status) {
    return rows.stream().filter(r -> status(r) == status).count();
  }

  private Status status(CheckRow row) {
    boolean tried = row.status() == Status.PASS && !onDevice;
    return tried ? Status.NOT_RUN : row.status();
  }

  private String text(CheckRow row) {
    boolean tried = row.status() == Status.PASS && !onDevice;
    return tried ? "on the CPU: " + row.text() : row.text();
  }

  /** For people, on one line. */
  public String line(CheckRow row) {
    return "%-8s %-14s %-34s %s"
        .formatted(Word.of(status(row)), row.section(), row.name(), text(row));
  }

  /** Whether something was found wrong, or nothing was found at all. */
  public boolean failed() {
    return count(Status.FAIL) > 0 || rows.stream().noneMatch(r -> r.status() == Status.PASS);
  }

  /** Such as {@code 41 pass, 0 fail, 5 not-run}. */
  public String counts() {
    return "%d pass, %d fail, %d not-run"
        .formatted(count(Status.PASS), count(Status.FAIL), count(Status.NOT_RUN));
  }

  public String json() {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.put("schema", 1);
    ObjectNode head = root.putObject("header");
    header.forEach(head::put);
    ObjectNode counted = root.putObject("counts");
    for (Status status : Status.values()) counted.put(Word.of(status), count(status));
    for (CheckRow row : rows) {
      ObjectNode node =
          root.withArray("/rows")
              .addObject()
              .put("section", row.section())
              .put("name", row.name())
              .put("status", Word.of(status(row)))
              .put("text", text(row));
      row.values().forEach((key, value) -> node.set(key, Json.MAPPER.valueToTree(value)));
    }
    return root.toPrettyString() + "\n";
  }

  /**
   * The timed rows as JSON lines, in the form that {@code benchmarks/peers} describes and compares.
   *
   * @param version of this program
   */
  public String lines(String version) {
    StringBuilder lines = new StringBuilder();
    for (CheckRow row : rows) {
      if (!COMPARED.contains(row.values().getOrDefault("what", ""))) continue;
      ObjectNode node = Json.MAPPER.createObjectNode();
      node.put("peer", "secant").put("version", version);
      node.put("device", header.getOrDefault("device", "unknown"));
      node.put("status", row.status() == Status.PASS ? "ok" : Word.of(row.status()));
      row.values().forEach((key, value) -> node.set(key, Json.MAPPER.valueToTree(value)));
      lines.append(node).append('\n');
    }
    return lines.toString();
  }

  public String markdown() {
    StringBuilder text = new StringBuilder("# gpu-check\n\n");
    header.forEach(
        (key, value) -> text.append("* ").append(key).append(": ").append(value).append('\n'));
    text.append("\n**").append(counts()).append("**\n");
    if (!onDevice)
      text.append("\nThe checks themselves, tried on the CPU: nothing ran on a device.\n");
    String section = "";
    for (CheckRow row : rows) {
      if (!row.section().equals(section)) {
        section = row.section();
        text.append("\n## ").append(section).append("\n\n| what | | result |\n|---|---|---|\n");
      }
      text.append("| ")
          .append(cell(row.name()))
          .append(" | ")
          .append(Word.of(status(row)))
          .append(" | ")
          .append(cell(text(row)))
          .append(" |\n");
    }
    return text.toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}
