// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.OptionSpec;
import dev.secant.lab.config.Options;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.Json;
import java.util.Collection;
import java.util.List;

/** Help as JSON, for completion scripts and programs that make calls. */
final class HelpJson {
  private HelpJson() {}

  static ObjectNode overview(Collection<Command> commands) {
    ObjectNode object = object();
    ArrayNode list = object.putArray("commands");
    for (Command command : commands) {
      list.addObject().put("name", command.name()).put("summary", command.summary());
    }
    return object;
  }

  static ObjectNode command(Command command) {
    ObjectNode object = object();
    object.put("name", command.name()).put("summary", command.summary());
    object.put("usage", "secant " + command.name() + " " + command.usage());
    ArrayNode flags = object.putArray("flags");
    for (Flag flag : command.flags()) {
      flags
          .addObject()
          .put("flag", flag.spelling())
          .put("argument", flag.argument())
          .put("repeats", flag.repeats())
          .put("group", flag.group())
          .put("description", flag.description());
    }
    Manual manual = Manual.of(command);
    object.put("description", manual.description());
    entries(object.putArray("examples"), "call", manual.examples());
    ArrayNode codes = object.putArray("exit_codes");
    for (int code : manual.exitCodes())
      codes.addObject().put("code", code).put("meaning", ExitCode.meaning(code));
    entries(object.putArray("files"), "name", manual.files());
    manual.seeAlso().forEach(object.putArray("see_also")::add);
    return object;
  }

  private static void entries(ArrayNode array, String name, List<Manual.Entry> entries) {
    for (Manual.Entry entry : entries)
      array.addObject().put(name, entry.name()).put("meaning", entry.meaning());
  }

  static ObjectNode options() {
    ObjectNode object = object();
    ArrayNode options = object.putArray("options");
    for (OptionSpec spec : Options.all().values()) {
      options
          .addObject()
          .put("key", spec.key())
          .put("flag", spec.flag())
          .put("group", spec.group())
          .put("values", spec.type().placeholder())
          .put("default", spec.fallback())
          .put("description", spec.description());
    }
    return object;
  }

  private static ObjectNode object() {
    return Json.MAPPER.createObjectNode().put("schema", 1);
  }
}
