// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.check.CheckRow.Status;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rows as one JSON object and as one Markdown page.
 *
 * @param header hardware, driver, versions, revision, by name in order
 * @param rows in the order of their checks
 */
public record CheckReport(Map<String, String> header, List<CheckRow> rows) {
  /** What the peer measures too. */
  private static final Set<String> COMPARED = Set.of("step", "kernel", "probe");

  /** How many rows ended so. */
  public long count(Status status) {
    return rows.stream().filter(r -> r.status() == status).count();
  }

  /** Whether something was found wrong, or nothing was found at all. */
  public boolean failed() {
    return count(Status.FAIL) > 0 || count(Status.PASS) == 0;
  }

  /** Such as {@code 41 pass, 0 fail, 5 not-run}. */
  public String counts() {
    return "%d pass, %d fail, %d not-run"
        .formatted(count(Status.PASS), count(Status.FAIL), count(Status.NOT_RUN));
  }

  public String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("schema", 1);
    ObjectNode head = root.putObject("header");
    header.forEach(head::put);
    ObjectNode counted = root.putObject("counts");
    for (Status status : Status.values()) counted.put(status.word(), count(status));
    for (CheckRow row : rows) {
      ObjectNode node =
          root.withArray("/rows")
              .addObject()
              .put("section", row.section())
              .put("name", row.name())
              .put("status", row.status().word())
              .put("text", row.text());
      row.values().forEach((key, value) -> node.set(key, mapper.valueToTree(value)));
    }
    return root.toPrettyString() + "\n";
  }

  /**
   * The timed rows as JSON lines, in the form that {@code benchmarks/peers} describes and compares.
   *
   * @param version of this program
   */
  public String lines(String version) {
    ObjectMapper mapper = new ObjectMapper();
    StringBuilder lines = new StringBuilder();
    for (CheckRow row : rows) {
      if (!COMPARED.contains(row.values().getOrDefault("what", ""))) continue;
      ObjectNode node = mapper.createObjectNode();
      node.put("peer", "secant").put("version", version);
      node.put("device", header.getOrDefault("device", "unknown"));
      node.put("status", row.status() == Status.PASS ? "ok" : row.status().word());
      row.values().forEach((key, value) -> node.set(key, mapper.valueToTree(value)));
      lines.append(node).append('\n');
    }
    return lines.toString();
  }

  public String markdown() {
    StringBuilder text = new StringBuilder("# gpu-check\n\n");
    header.forEach(
        (key, value) -> text.append("* ").append(key).append(": ").append(value).append('\n'));
    text.append("\n**").append(counts()).append("**\n");
    String section = "";
    for (CheckRow row : rows) {
      if (!row.section().equals(section)) {
        section = row.section();
        text.append("\n## ").append(section).append("\n\n| what | | result |\n|---|---|---|\n");
      }
      text.append("| ")
          .append(cell(row.name()))
          .append(" | ")
          .append(row.status().word())
          .append(" | ")
          .append(cell(row.text()))
          .append(" |\n");
    }
    return text.toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}
