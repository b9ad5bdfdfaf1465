// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.Word;
import dev.secant.lab.grid.Cell;
import dev.secant.lab.grid.CellState;
import dev.secant.lab.grid.Cost;
import dev.secant.lab.grid.GridFolder;
import dev.secant.lab.grid.Result;
import dev.secant.lab.metrics.Json;
import java.util.List;
import java.util.Map;

/** Cells as JSON. */
final class GridJson {
  private GridJson() {}

  /**
   * @param missingOrNull null: nobody looked
   */
  static ObjectNode plan(
      GridFolder folder,
      List<Cell> cells,
      List<CellState> states,
      Cost cost,
      MissingSets missingOrNull) {
    ObjectNode object = object(folder);
    ArrayNode list = object.putArray("cells");
    for (int i = 0; i < cells.size(); i++) {
      ObjectNode node = state(list.addObject(), folder, cells.get(i), states.get(i));
      Cost.Estimate estimate = cost.of(cells.get(i).config());
      number(node, "seconds", estimate.seconds());
      node.put("basis", Word.of(estimate.basis()));
    }
    if (missingOrNull == null) object.putNull("missing");
    else missingOrNull.reasons().forEach(object.putObject("missing")::put);
    return object;
  }

  static ObjectNode status(
      GridFolder folder, List<Cell> cells, List<CellState> states, List<String> strangers) {
    ObjectNode object = object(folder);
    ArrayNode list = object.putArray("cells");
    for (int i = 0; i < cells.size(); i++)
      state(list.addObject(), folder, cells.get(i), states.get(i));
    strangers.forEach(object.putArray("foreign")::add);
    return object;
  }

  static ObjectNode results(GridFolder folder, Map<Cell, Result> results) {
    ObjectNode object = object(folder);
    ArrayNode list = object.putArray("cells");
    results.forEach(
        (cell, result) ->
            cell(list.addObject(), folder, cell)
                .put("result", Word.of(result.kind()))
                .put("reason", result.reason())
                .put("exit_code", result.exitCode()));
    return object;
  }

  private static ObjectNode object(GridFolder folder) {
    return Json.MAPPER.createObjectNode().put("schema", 1).put("out", folder.path().toString());
  }

  private static ObjectNode cell(ObjectNode node, GridFolder folder, Cell cell) {
    RunConfig c = cell.config();
    return node.put("index", cell.index())
        .put("name", cell.name())
        .put("dataset", cell.dataset())
        .put("labels", c.data().labels())
        .put("method", Word.of(c.method().kind()))
        .put("k", c.method().k())
        .put("seed", c.run().seed())
        .put("reading", Word.of(c.method().reading()))
        .put("steps", c.run().steps())
        .put("backend", c.run().backend())
        .put("config_hash", cell.hash())
        .put("dir", folder.cell(cell).toString());
  }

  private static ObjectNode state(ObjectNode node, GridFolder folder, Cell cell, CellState state) {
    cell(node, folder, cell)
        .put("state", Word.of(state.kind()))
        .put("step", state.step())
        .put("reason", state.reason())
        .put("exit_code", state.exitCode())
        .put("revision", state.revisionOrNull());
    number(node, "seconds_left", state.secondsLeft());
    return node;
  }

  /** Null where it is not known. */
  private static void number(ObjectNode node, String name, double value) {
    node.put(name, Double.isNaN(value) ? null : (Double) value);
  }
}
