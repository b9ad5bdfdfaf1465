// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.backend.Backend;
import dev.secant.lab.metrics.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which of a vendor's plans were chosen for which op; nothing where a backend chooses nothing.
 *
 * @param byOp the entries of {@link Backend#choices()} by the op that they are for, such as {@code
 *     forward n128 h32 ...}
 */
record ChosenPlans(Map<String, JsonNode> byOp) {
  static ChosenPlans of(Backend backend) {
    Map<String, JsonNode> byOp = new LinkedHashMap<>();
    backend
        .choices()
        .map(ChosenPlans::parsed)
        .ifPresent(root -> root.path("plans").forEach(p -> byOp.put(p.path("op").asText(), p)));
    return new ChosenPlans(byOp);
  }

  private static JsonNode parsed(String text) {
    try {
      return Json.MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a plan file of our own cannot be read", e);
    }
  }

  /** Those that were not there before. */
  ChosenPlans since(ChosenPlans before) {
    Map<String, JsonNode> more = new LinkedHashMap<>(byOp);
    more.keySet().removeAll(before.byOp.keySet());
    return new ChosenPlans(more);
  }

  /** Engine, knobs and workspace of the plan for a direction. */
  Map<String, Object> values(String direction) {
    Map<String, Object> values = new LinkedHashMap<>();
    JsonNode plan = plan(direction);
    if (plan.isMissingNode()) return values;
    values.put("engine", plan.path("engine").longValue());
    values.put("knobs", plan.path("knobs"));
    values.put("workspace", plan.path("workspace").longValue());
    return values;
  }

  String text(String direction) {
    JsonNode plan = plan(direction);
    if (plan.isMissingNode()) return "";
    return ", engine %d %s, workspace %.1f MB"
        .formatted(
            plan.path("engine").longValue(),
            plan.path("knobs"),
            plan.path("workspace").longValue() / 1e6);
  }

  private JsonNode plan(String direction) {
    for (Map.Entry<String, JsonNode> e : byOp.entrySet())
      if (e.getKey().startsWith(direction)) return e.getValue();
    return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
  }
}
