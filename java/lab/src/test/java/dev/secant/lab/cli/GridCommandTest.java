// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.grid.Grid;
import dev.secant.lab.grid.GridFolder;
import dev.secant.lab.grid.GridSource;
import dev.secant.lab.metrics.EventFile;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.train.SmallRuns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole calls of grid, with small networks on made images. */
class GridCommandTest {
  private static final String TINY =
      """
      dataset: made
      labels: 20
      method: [erm, ict2]
      depth: 10
      width: 1
      batch: 8
      test-limit: 16
      eval-every: 3
      probe-every: 3
      backend: cpu
      steps: 3
      """;
  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path folder;

  private final Calls secant = new Calls();
  private Path file;
  private Path grid;

  @BeforeEach
  void writeAGrid() throws IOException {
    file = folder.resolve("tiny.yaml");
    grid = folder.resolve("grid");
    Files.writeString(file, TINY);
  }

  private int grid(String verb, String... more) {
    List<String> words = new ArrayList<>(List.of("grid", verb, "--grid", file.toString()));
    words.addAll(List.of("--out", grid.toString()));
    words.addAll(List.of(more));
    return secant.run(words.toArray(String[]::new));
  }

  private JsonNode json() throws IOException {
    return Json.MAPPER.readTree(secant.out());
  }

  @Test
  void aPlanNamesEveryCell() throws IOException {
    assertThat(grid("plan", "--json", "--seeds", "2")).as(secant.err()).isZero();
    JsonNode cells = json().get("cells");
    assertThat(cells).hasSize(4);
    JsonNode last = cells.get(3);
    assertThat(last.get("index").intValue()).isEqualTo(3);
    assertThat(last.get("name").textValue()).startsWith("made-20-ict2-paper-s1-");
    assertThat(last.get("dataset").textValue()).isEqualTo("made");
    assertThat(last.get("labels").intValue()).isEqualTo(20);
    assertThat(last.get("method").textValue()).isEqualTo("ict");
    assertThat(last.get("k").intValue()).isEqualTo(2);
    assertThat(last.get("seed").intValue()).isEqualTo(1);
    assertThat(last.get("reading").textValue()).isEqualTo("paper");
    assertThat(last.get("steps").intValue()).isEqualTo(3);
    assertThat(last.get("dir").textValue())
        .isEqualTo(grid.resolve(last.get("name").textValue()).toString());
    assertThat(last.get("state").textValue()).isEqualTo("missing");
    assertThat(last.get("basis").textValue()).isEqualTo("assumed");
    assertThat(last.get("seconds").doubleValue()).isPositive();
    assertThat(grid).as("a plan writes nothing").doesNotExist();
    assertThat(grid("plan")).isZero();
    assertThat(secant.out()).contains("made-20-erm-paper-s0-", "2 cells: 2 missing", "assumed");
  }

  /** Train, skip, grow, follow: one grid through its life. */
  @Test
  void aGridIsTrainedOnceAndGrows() throws IOException {
    assertThat(grid("run", "--json", "--threads", "1")).as(secant.err()).isZero();
    assertThat(json().at("/cells/1/result").textValue()).isEqualTo("trained");
    Path cell = Path.of(json().at("/cells/1/dir").textValue());
    assertThat(cell.resolve("model.safetensors")).isNotEmptyFile();
    assertThat(secant.err()).contains("secant: [2/2] made-20-ict2-", "2 of 2 done");
    FileTime written = Files.getLastModifiedTime(cell.resolve("summary.json"));

    assertThat(grid("run", "--seeds", "2", "--threads", "1")).as(secant.err()).isZero();
    assertThat(secant.out()).contains("4 cells: 2 done before, 2 trained");
    assertThat(secant.err())
        .contains("2 new cells added, the others kept", "2 cells to run, 2 done");
    assertThat(Files.getLastModifiedTime(cell.resolve("summary.json"))).isEqualTo(written);

    assertThat(secant.run("grid", "status", grid.toString())).isZero();
    assertThat(secant.out()).isEqualTo("4 cells: 4 done" + System.lineSeparator());
    assertThat(secant.run("grid", "status", grid.toString(), "--json")).isZero();
    assertThat(json().at("/cells/3/state").textValue()).isEqualTo("done");
    assertThat(secant.run("grid", "cell", "--out", grid.toString(), "--index", "3")).isZero();
    assertThat(secant.out()).contains("was done before");
    assertThat(secant.run("grid", "plan", "--out", grid.toString())).isZero();
    assertThat(secant.out()).contains("measured", "nothing is left to do");
  }

  /** Event files stand beside the JSON lines, and the cell is the one that it is without them. */
  @Test
  void cellsWriteEventFilesToo() throws IOException {
    assertThat(grid("plan", "--json")).isZero();
    String hash = json().at("/cells/1/config_hash").textValue();
    assertThat(grid("run", "--json", "--threads", "1", "--tensorboard")).as(secant.err()).isZero();
    JsonNode cells = json().get("cells");
    assertThat(cells.get(1).get("config_hash").textValue()).isEqualTo(hash);
    for (JsonNode cell : cells) {
      List<String> events = eventFiles(Path.of(cell.get("dir").textValue()));
      assertThat(events).hasSize(1);
      assertThat(events.get(0)).contains("train/loss", "test/accuracy_ema", "nonlin_ema/L5");
    }
    assertThat(grid("run", "--threads", "1")).as(secant.err()).isZero();
    assertThat(secant.out()).contains("2 cells: 2 done before");
    assertThat(secant.run("grid", "status", grid.toString())).isZero();
    assertThat(secant.out()).contains("2 cells: 2 done");
  }

  private static List<String> eventFiles(Path cell) throws IOException {
    List<String> texts = new ArrayList<>();
    try (var files = Files.list(cell)) {
      for (Path file : files.toList())
        if (file.getFileName().toString().startsWith(EventFile.PREFIX))
          texts.add(Files.readString(file, StandardCharsets.ISO_8859_1));
    }
    return texts;
  }

  /** A cell that is trained anew has the events of that training alone. */
  @Test
  void aCellThatStartsAnewReplacesItsEventFiles() throws IOException {
    assertThat(grid("run", "--json", "--threads", "1", "--tensorboard")).as(secant.err()).isZero();
    Path cell = Path.of(json().at("/cells/0/dir").textValue());
    Files.delete(cell.resolve("summary.json"));
    assertThat(grid("run", "--threads", "1", "--tensorboard")).as(secant.err()).isZero();
    assertThat(secant.out()).contains("1 done before, 1 trained");
    assertThat(eventFiles(cell)).hasSize(1);
  }

  @Test
  void whatIsKeptIsPackedAndReported() throws IOException {
    assertThat(grid("run", "--threads", "1")).as(secant.err()).isZero();
    Path kept = folder.resolve("kept");
    assertThat(secant.run("grid", "pack", grid.toString(), "--out", kept.toString(), "--json"))
        .isZero();
    assertThat(json().get("runs")).hasSize(2);
    assertThat(json().get("bytes").longValue()).isBetween(1_000L, 100_000L);
    Path report = folder.resolve("report");
    assertThat(secant.run("report", kept.toString(), "--out", report.toString()))
        .as(secant.err())
        .isZero();
    assertThat(secant.run("grid", "pack", grid.toString(), "--out", kept.toString())).isEqualTo(2);
    assertThat(secant.err()).contains("expected a new or empty output directory");
  }

  @Test
  void aFailureGivesItsExitCodeAndOthersRun() throws IOException {
    Files.writeString(file, TINY.replace("[erm, ict2]", "erm") + "optim.lr: [1e30, 0.002]\n");
    assertThat(grid("run", "--threads", "1")).isEqualTo(ExitCode.DIVERGED);
    assertThat(secant.out()).contains("2 cells: 1 failed, 1 trained", "exit code 7");
    assertThat(secant.run("grid", "status", grid.toString())).isZero();
    assertThat(secant.out()).contains("2 cells: 1 done, 1 failed", "failed       made-20-erm-");
    String index = "0";
    assertThat(grid("cell", "--threads", "1", "--index", index)).isEqualTo(ExitCode.DIVERGED);
  }

  @Test
  void aMissingDataSetIsNamedBeforeTheStart() throws IOException {
    Files.writeString(
        file, TINY + "cells:\n- {seed: 1, method: erm}\n- {dataset: cifar10, method: erm}\n");
    String data = folder.resolve("none").toString();
    assertThat(grid("run", "--data", data, "--threads", "1")).isEqualTo(ExitCode.DATA);
    assertThat(secant.err()).contains("missing or damaged: cifar10 (", data, "--skip-missing");
    assertThat(grid).doesNotExist();
    assertThat(grid("run", "--data", data, "--threads", "1", "--skip-missing"))
        .as(secant.err())
        .isZero();
    assertThat(secant.out()).contains("2 cells: 1 skipped, 1 trained", "cifar10 is missing");
  }

  @Test
  void aPlanSaysWhichDataSetsAreMissing() throws IOException {
    Files.writeString(
        file, TINY + "cells:\n- {seed: 1, method: erm}\n- {dataset: cifar10, method: erm}\n");
    String data = folder.resolve("none").toString();
    assertThat(grid("plan", "--data", data)).as(secant.err()).isZero();
    assertThat(secant.out()).contains("made is there", "missing: cifar10 (" + data);
    assertThat(grid("plan", "--data", data, "--json")).as(secant.err()).isZero();
    assertThat(json().at("/missing/cifar10").textValue()).startsWith(data);
    assertThat(json().get("missing")).hasSize(1);
    assertThat(grid("plan", "--json")).isZero();
    assertThat(json().get("missing").isNull()).as("not looked at").isTrue();
  }

  @Test
  void readingsOfTheCommandLineReachEveryProcess() {
    assertThat(grid("run", "--engine", "slurm", "--dry-run", "--reading", "paper,lineage"))
        .isZero();
    assertThat(secant.out()).contains("--array=0-2", " --reading paper,lineage ");
    assertThat(grid("run", "--engine", "slurm", "--dry-run", "--tensorboard")).isZero();
    assertThat(secant.out()).contains(" --tensorboard ");
  }

  @Test
  void aSlurmScriptIsPrintedAndNothingWritten() {
    assertThat(grid("run", "--engine", "slurm", "--dry-run", "--jobs", "3", "--seeds", "2"))
        .isZero();
    assertThat(secant.out())
        .startsWith("#!/usr/bin/env bash\n#SBATCH --job-name=secant-tiny\n#SBATCH --array=0-3%3\n")
        .contains(
            "grid cell --grid "
                + file
                + " --seeds 2 --backend cpu --out "
                + grid
                + " --threads 4 --index");
    assertThat(grid).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "grid | grid: expected plan, run, cell, status or pack",
        "grid pla | grid: expected plan, run, cell, status or pack, got \"pla\"; did you mean plan?",
        "grid plan | grid needs --grid FILE, --preset NAME or --out GRID",
        "grid plan --preset mini --grid x | --grid contradicts --preset: give one of them",
        "grid plan --preset min | --preset must be one of mini,",
        "grid plan --grid none.yaml | none.yaml: no such grid file",
        "grid plan --preset mini --jobs 2 | --jobs has no use with grid plan",
        "grid plan now --preset mini | grid plan: unexpected \"now\"",
        "grid plan --preset mini --seeds 0 | --seeds must be a whole number",
        "grid plan --preset mini -o lables=3 | -o lables: unknown axis or option \"lables\"; did you mean labels?",
        "grid plan --preset mini --reading papr | -o reading must be one of paper, lineage, literal, not",
        "grid plan --preset mini --reading paper,paper | preset mini: cells 2 and 3 are the same run",
        "grid plan --preset mini -o method=erm --reading lineage | reading has no use with this grid",
        "grid plan --preset mini --data d | --data has no use with a grid on the made set",
        "grid plan --preset mini -o out=3 | -o out: out is no setting of a grid",
        "grid run --preset mini --data d | --data has no use with a grid on the made set",
        "grid run --preset figure1 | cells on cifar10 need --data DIR, the folder with its files",
        "grid run --preset mini --engine ray | --engine must be local or slurm, not \"ray\": another scheduler can call",
        "grid run --preset mini --engine slurm | --engine slurm needs --dry-run",
        "grid run --preset mini --dry-run | --dry-run prints a script, which is for --engine slurm",
        "grid run --preset mini --backend cpu --devices 0 | --devices has no use with backend cpu",
        "grid run --preset mini --backend cuda --devices 0,x | --devices must be whole numbers",
        "grid cell --preset mini | grid cell needs --index I",
        "grid cell --preset mini --index 24 | --index 24: the grid has cells 0 to 23",
        "grid status | grid status needs the folder of a grid",
        "grid pack | grid pack needs the folder of a grid",
        "grid pack g | grid pack needs --out DIR, a new or empty folder",
        "grid pack g --out p --digits 3 | --digits must be a whole number from 4 to 17",
        "grid pack g --out p --jobs 2 | --jobs has no use with grid pack",
        "grid plan --preset mini --tensorboard | --tensorboard has no use with grid plan",
      })
  void wrongCallsAreTwo(String call, String message) {
    assertThat(secant.run(call.split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(secant.err()).startsWith("secant: error: " + message).hasLineCount(1);
    assertThat(secant.out()).isEmpty();
  }

  @Test
  void aFolderWithoutAGridIsThree() {
    assertThat(secant.run("grid", "status", folder.toString())).isEqualTo(ExitCode.DATA);
    assertThat(secant.err()).contains("not a grid folder: expected grid.yaml in it");
  }

  @Test
  void settledCellsAreNotChanged() {
    new GridFolder(grid).merge(Grid.of("tiny", GridSource.read(file)));
    assertThat(secant.run("grid", "run", "--out", grid.toString(), "--seeds", "2")).isEqualTo(2);
    assertThat(secant.err()).contains("seed cannot be changed in the cells of " + grid);
  }

  // ---- processes -------------------------------------------------------------------------------

  @Test
  void itsOwnWordsEndWithTheMainClass() {
    String main = "dev.secant.lab.cli.Main";
    String line = "java\0-Xmx1g\0-Dsecant.terminal=true\0-cp\0a b\0" + main + "\0grid\0run\0";
    assertThat(ThisProgram.words(line)).containsExactly("java", "-Xmx1g", "-cp", "a b", main);
  }

  /** TERM ends the program and its workers; cells and locks are free afterwards. */
  @Test
  void aSignalEndsTheWorkersToo() throws Exception {
    Path images = SmallRuns.images(folder.resolve("images"));
    String longer =
        TINY.replace("dataset: made", "dataset: folder")
            .replace("labels: 20", "labels: 15")
            .replace("steps: 3", "steps: 1000000");
    Files.writeString(file, longer + "log-every: 1\n");
    assertThat(longer).contains("folder", "1000000");
    Process process = start("run", "--jobs", "2", "--threads", "2", "--data", images.toString());
    List<ProcessHandle> workers = List.of();
    try {
      AtWork.await(process, PATIENCE_SECONDS, () -> metrics() >= 2);
      workers = process.children().toList();
      assertThat(workers).hasSize(2);
      process.destroy();
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(ExitCode.RESUMABLE);
      assertThat(workers).noneMatch(ProcessHandle::isAlive);
    } finally {
      process.children().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      workers.forEach(ProcessHandle::destroyForcibly);
    }
    try (var files = Files.list(grid.resolve("state"))) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".lock"));
    }
    assertThat(secant.run("grid", "status", grid.toString())).isZero();
    assertThat(secant.out()).contains("2 cells: 2 interrupted", "ended after step ");
  }

  private long metrics() throws IOException {
    if (!Files.isDirectory(grid)) return 0;
    try (var cells = Files.list(grid)) {
      return cells
          .map(cell -> cell.resolve("metrics.jsonl"))
          .filter(f -> Files.exists(f) && f.toFile().length() > 200)
          .count();
    }
  }

  private Process start(String verb, String... more) throws IOException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("grid", verb, "--grid", file.toString(), "--out", grid.toString()));
    words.addAll(List.of(more));
    return new ProcessBuilder(ChildProgram.command(words))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }
}
