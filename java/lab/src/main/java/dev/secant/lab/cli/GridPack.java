// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.report.PackedRuns;
import java.nio.file.Path;
import java.util.Locale;

/** Packs what a report needs of a grid's runs, for keeping. */
final class GridPack {
  private static final ValueType.Whole DIGITS =
      new ValueType.Whole(4, PackedRuns.ALL_DIGITS, false);
  private static final double MEGABYTE = 1e6;

  private GridPack() {}

  static int run(Arguments a, Console console) {
    if (a.words().size() < 2) throw new UsageException("grid pack needs the folder of a grid");
    if (!a.has("out")) throw new UsageException("grid pack needs --out DIR, a new or empty folder");
    Path out = a.path("out");
    String digits = a.checked("digits", DIGITS);
    PackedRuns packed =
        PackedRuns.write(
            Path.of(a.words().get(1)),
            out,
            digits == null ? PackedRuns.ALL_DIGITS : Integer.parseInt(digits));
    packed.unfinished().forEach(n -> console.note(n + ": left out, the run has not ended"));
    if (a.has(Flag.JSON)) console.out().println(json(packed, out));
    else
      console
          .out()
          .printf(
              Locale.ROOT,
              "%s: %s, %.2f MB%n",
              out,
              GridText.count(packed.runs().size(), "run"),
              packed.bytes() / MEGABYTE);
    return ExitCode.OK;
  }

  private static ObjectNode json(PackedRuns packed, Path out) {
    ObjectNode object = Json.MAPPER.createObjectNode().put("schema", 1).put("out", out.toString());
    object.put("bytes", packed.bytes());
    packed.runs().forEach(object.putArray("runs")::add);
    packed.unfinished().forEach(object.putArray("unfinished")::add);
    return object;
  }
}
