// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.report.Drawing;
import dev.secant.lab.report.StudyReport;
import java.nio.file.Path;
import java.util.List;

/** The paper's figures and claims from any folder of runs. */
final class ReportCommand implements Command {
  private static final Flag OUT = Flag.value("out", "DIR", "new folder for the report");
  private static final Flag OVERWRITE =
      Flag.toggle("overwrite", "replace an earlier report in the output folder");

  @Override
  public String name() {
    return "report";
  }

  @Override
  public String summary() {
    return "figures, claims and one page from a folder of runs";
  }

  @Override
  public String usage() {
    return "GRID --out REPORT [--overwrite] [--json]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(OUT, OVERWRITE, Flag.QUIET, Flag.JSON, Flag.DEBUG, Flag.HELP);
  }

  @Override
  public int words() {
    return 1;
  }

  @Override
  public int run(Arguments arguments, Console console) {
    Drawing.require(name());
    if (arguments.words().isEmpty())
      throw new UsageException("report needs GRID, a folder with run folders in it");
    if (!arguments.has(OUT)) throw new UsageException("report needs --out DIR, a new folder");
    Path out = arguments.path(OUT.name());
    StudyReport.check(out, arguments.has(OVERWRITE));
    StudyReport report = StudyReport.read(Path.of(arguments.words().get(0)));
    for (String name : report.unfinished())
      console.note(name + ": left out, the run has not ended");
    report.write(out);
    if (arguments.has(Flag.JSON)) console.out().println(json(report, out));
    else print(report, out, console);
    return ExitCode.OK;
  }

  private static void print(StudyReport report, Path out, Console console) {
    List<StudyReport.Judged> claims =
        report.claims().stream().filter(StudyReport.Judged::ofPaper).toList();
    claims.forEach(claim -> console.out().println(claim.line()));
    if (claims.isEmpty())
      console.out().println("no data set of the paper: its claims are not judged");
    console.out().println();
    console.out().println(report.provenance());
    console
        .out()
        .printf(
            "%d runs, %d figures%nreport  %s%n",
            report.runs(), report.figures().size() / 2, out.resolve(StudyReport.PAGE));
  }

  private static ObjectNode json(StudyReport report, Path out) {
    ObjectNode object = Json.MAPPER.createObjectNode().put("schema", 1);
    object.put("report", out.resolve(StudyReport.PAGE).toString());
    object.put("claims_file", out.resolve(StudyReport.CLAIMS).toString());
    object.put("runs", report.runs());
    ArrayNode unfinished = object.putArray("unfinished");
    report.unfinished().forEach(unfinished::add);
    ArrayNode figures = object.putArray("figures");
    report.figures().forEach(figures::add);
    ArrayNode claims = object.putArray("claims");
    for (StudyReport.Judged claim : report.claims()) {
      claims
          .addObject()
          .put("id", claim.id())
          .put("dataset", claim.dataset())
          .put("configuration", claim.configuration())
          .put("reading", claim.reading())
          .put("verdict", claim.verdict())
          .put("text", claim.text())
          .put("of_paper", claim.ofPaper());
    }
    return object;
  }
}
