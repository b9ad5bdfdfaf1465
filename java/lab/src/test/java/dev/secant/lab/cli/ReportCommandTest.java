// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.report.SyntheticRuns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole calls of report. */
class ReportCommandTest {
  private static final long PATIENCE_MINUTES = 10;

  @TempDir Path folder;

  private final Calls secant = new Calls();

  private int report(Path... words) {
    String[] call = new String[words.length + 1];
    call[0] = "report";
    for (int i = 0; i < words.length; i++) call[i + 1] = words[i].toString();
    return secant.run(call);
  }

  @Test
  void fewerThanFiveSeedsDecideNothingAndItIsSaid() throws Exception {
    Path grid = folder.resolve("grid");
    SyntheticRuns.grid(grid, List.of(250), List.of("paper"), 2, false);
    Files.delete(grid.resolve("cells/erm-paper-250-s1/summary.json"));
    assertThat(report(grid, Path.of("--out"), folder.resolve("out"))).isZero();
    assertThat(secant.out())
        .contains("C1   CIFAR-10, paper: undecided (0 of 2 hold, 2 with fewer than 5 seeds)")
        .contains("2 seeds: indicative only")
        .contains("9 runs, 2 figures")
        .doesNotContain("SVHN");
    assertThat(secant.err())
        .isEqualTo(
            "secant: cells/erm-paper-250-s1: left out, the run has not ended"
                + System.lineSeparator());
  }

  @Test
  void jsonNamesFilesAndVerdicts() throws Exception {
    Path grid = folder.resolve("grid");
    SyntheticRuns.write(grid);
    Path to = folder.resolve("out");
    assertThat(report(grid, Path.of("--json"), Path.of("--out"), to)).isZero();
    JsonNode json = Json.MAPPER.readTree(secant.out());
    assertThat(Path.of(json.get("report").textValue())).isNotEmptyFile();
    assertThat(Path.of(json.get("claims_file").textValue())).isNotEmptyFile();
    assertThat(to.resolve(json.at("/figures/0").textValue())).isNotEmptyFile();
    assertThat(json.get("runs").intValue()).isEqualTo(4);
    assertThat(json.at("/claims/0/verdict").textValue()).isEqualTo("indicative");
  }

  @Test
  void wrongCallsAreRefused() throws Exception {
    Path grid = folder.resolve("grid");
    Path to = folder.resolve("out");
    refused(ExitCode.USAGE, "report needs GRID", Path.of("--out"), to);
    refused(ExitCode.DATA, grid + ": no such directory", grid, Path.of("--out"), to);
    Files.createDirectories(grid);
    refused(ExitCode.DATA, "found none", grid, Path.of("--out"), to);
    SyntheticRuns.write(grid);
    refused(ExitCode.USAGE, "report needs --out", grid);
    refused(ExitCode.USAGE, "and no earlier report", grid, Path.of("--out"), grid);
    Path file = Files.createFile(folder.resolve("file"));
    refused(ExitCode.USAGE, "expected a directory, found a file", grid, Path.of("--out"), file);
    refused(ExitCode.IO, "is not a directory", grid, Path.of("--out"), file.resolve("below"));
    assertThat(to).doesNotExist();
  }

  /** As many runs as the paper has, in half a gigabyte: no more of a run is held than is drawn. */
  @Test
  void aWholePaperFitsIntoHalfAGigabyte() throws Exception {
    Path grid = folder.resolve("grid");
    Path to = folder.resolve("out");
    SyntheticRuns.paper(grid);
    Path log = folder.resolve("log");
    List<String> words =
        ChildProgram.command(List.of("report", grid.toString(), "--out", to.toString(), "--json"));
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).as("ends").isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    assertThat(Json.MAPPER.readTree(Files.readString(log)).get("runs").intValue()).isEqualTo(300);
    assertThat(to.resolve("report.html")).isNotEmptyFile();
  }

  private void refused(int code, String message, Path... words) {
    assertThat(report(words)).isEqualTo(code);
    assertThat(secant.err()).startsWith("secant: error: ").contains(message).hasLineCount(1);
  }
}
