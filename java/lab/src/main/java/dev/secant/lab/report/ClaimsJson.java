// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.claims.Claim;
import dev.secant.lab.claims.Estimate;
import dev.secant.lab.claims.Inequality;
import dev.secant.lab.metrics.Json;
import java.util.List;

/** {@code claims.json}: verdicts and every number behind them. */
final class ClaimsJson {
  private ClaimsJson() {}

  static String of(List<Study.Row> rows) {
    ObjectNode root = Json.MAPPER.createObjectNode().put("schema", 1);
    ArrayNode claims = root.putArray("claims");
    for (Study.Row row : rows) {
      row.byReading().forEach((reading, claim) -> claims.add(claim(row, reading, claim)));
    }
    try {
      return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always written", e);
    }
  }

  private static ObjectNode claim(Study.Row row, String reading, Claim claim) {
    ObjectNode out =
        Json.MAPPER
            .createObjectNode()
            .put("id", claim.id())
            .put("dataset", claim.dataset())
            .put("configuration", row.group().letter())
            .put("reading", reading)
            .put("verdict", claim.verdict().word())
            .put("figure", claim.figure())
            .put("text", claim.text())
            .put("of_paper", claim.ofPaper());
    ArrayNode inequalities = out.putArray("inequalities");
    claim.inequalities().forEach(i -> inequalities.add(inequality(i)));
    return out;
  }

  private static ObjectNode inequality(Inequality i) {
    Estimate e = i.test().difference();
    ObjectNode out =
        Json.MAPPER
            .createObjectNode()
            .put("statement", i.statement())
            .put("where", i.where())
            .put("verdict", i.verdict().word())
            .put("unit", InequalityText.unit(i.scale()))
            .put("n", e.n());
    number(out, "lower", i.meanLower());
    number(out, "upper", i.meanUpper());
    number(out, "effect", e.mean());
    number(out, "effect_low", e.low());
    number(out, "effect_high", e.high());
    out.put("positive", i.test().positive()).put("negative", i.test().negative());
    out.put("p", i.test().p()).put("p_opposite", i.test().against());
    ArrayNode pairs = out.putArray("pairs");
    for (Inequality.Pair p : i.pairs()) {
      pairs.addObject().put("seed", p.seed()).put("lower", p.lower()).put("upper", p.upper());
    }
    ArrayNode notes = out.putArray("notes");
    i.notes().forEach(notes::add);
    return out;
  }

  private static void number(ObjectNode out, String name, double value) {
    if (Double.isFinite(value)) out.put(name, value);
    else out.putNull(name);
  }
}
