// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.ResolvedConfig;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a run with these options would be, without starting it. */
final class ConfigCommand implements Command {
  private static final String SHOW = "show";
  private static final Flag ORIGIN = Flag.toggle("origin", "where each value comes from");

  @Override
  public String name() {
    return "config";
  }

  @Override
  public String summary() {
    return "show every option of a run as it would be settled";
  }

  @Override
  public String usage() {
    return "show [--origin] [option of train...]";
  }

  @Override
  public List<Flag> flags() {
    List<Flag> flags = new ArrayList<>(Flag.ofRuns());
    flags.addAll(
        List.of(TrainCommand.CONFIG, TrainCommand.SET, ORIGIN, Flag.JSON, Flag.DEBUG, Flag.HELP));
    return flags;
  }

  @Override
  public int words() {
    return 1;
  }

  @Override
  public List<String> verbs() {
    return List.of(SHOW);
  }

  @Override
  public int run(Arguments arguments, Console console) {
    arguments.verb(this);
    ResolvedConfig resolved = TrainCommand.resolve(arguments);
    resolved.notes().forEach(console::note);
    if (arguments.has(Flag.JSON)) console.out().println(json(resolved));
    else console.out().print(text(resolved, arguments.has(ORIGIN)));
    return ExitCode.OK;
  }

  private static String text(ResolvedConfig resolved, boolean origin) {
    StringBuilder text = new StringBuilder(ConfigYaml.HEAD);
    for (Map.Entry<String, ResolvedConfig.Value> e : resolved.values().entrySet()) {
      String line = e.getKey() + ": " + e.getValue().text();
      text.append(origin ? String.format("%-44s # %s", line, e.getValue().origin().text()) : line);
      text.append(System.lineSeparator());
    }
    return text.toString();
  }

  private static ObjectNode json(ResolvedConfig resolved) {
    ObjectNode object = Json.MAPPER.createObjectNode().put("schema", 1);
    ObjectNode options = object.putObject("options");
    resolved
        .values()
        .forEach(
            (key, value) ->
                options
                    .putObject(key)
                    .put("value", value.text())
                    .put("origin", value.origin().text()));
    return object;
  }
}
