// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.grid.Cell;
import dev.secant.lab.grid.CellRun;
import dev.secant.lab.grid.CellState;
import dev.secant.lab.grid.Grid;
import dev.secant.lab.grid.GridFolder;
import dev.secant.lab.grid.GridRunner;
import dev.secant.lab.grid.Place;
import dev.secant.lab.grid.Result;
import dev.secant.lab.grid.SlurmScript;
import dev.secant.lab.grid.StateReader;
import dev.secant.lab.grid.Workers;
import dev.secant.lab.train.ImageSource;
import dev.secant.lab.train.LastSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs what is not done of a grid, here or by a scheduler. */
final class GridRun {
  /** The machines of a cluster are not this one. */
  private static final int THREADS_OF_A_TASK = 4;

  private final Arguments arguments;
  private final GridRequest request;
  private final Console console;
  private final StopRequest stop;
  private final GridFolder folder;
  private final int jobs;

  GridRun(Arguments arguments, GridRequest request, Console console, StopRequest stop) {
    this.arguments = arguments;
    this.request = request;
    this.console = console;
    this.stop = stop;
    this.folder = request.folder();
    String text = arguments.checked("jobs", GridRequest.COUNT);
    this.jobs = text == null ? 1 : Integer.parseInt(text);
  }

  // ---- slurm -----------------------------------------------------------------------------------

  /** Prints the script; changes nothing. */
  int slurm() {
    if (!arguments.has("dry-run")) {
      throw new UsageException(
          "--engine slurm needs --dry-run: it prints a script to look at, for sbatch to run");
    }
    for (String name : List.of("devices", "skip-missing", "json")) {
      if (arguments.has(name))
        throw new UsageException("--" + name + " has no use with --engine slurm");
    }
    List<Cell> cells = request.grid().cells();
    request.place(1);
    List<Integer> left = new ArrayList<>();
    List<CellState> states = new StateReader(folder).read(cells);
    for (int i = 0; i < cells.size(); i++) {
      if (states.get(i).kind() != CellState.Kind.DONE) left.add(i);
    }
    if (left.isEmpty()) {
      console.note("nothing is left to do");
      return ExitCode.OK;
    }
    boolean cuda = cells.stream().anyMatch(c -> c.config().run().backend().equals("cuda"));
    List<String> call = new ArrayList<>(List.of(ThisProgram.launcher()));
    call.addAll(request.words());
    int threads = arguments.has("threads") ? request.threads() : THREADS_OF_A_TASK;
    call.addAll(List.of("--threads", Integer.toString(threads)));
    SlurmScript script =
        new SlurmScript(
            request.grid().name(),
            left,
            arguments.has("jobs") ? jobs : 0,
            cuda,
            threads,
            folder.path().toAbsolutePath().normalize(),
            call);
    console.out().print(script.text());
    return ExitCode.OK;
  }

  // ---- local -----------------------------------------------------------------------------------

  int local() {
    Grid grid = request.grid();
    List<Integer> devices = devices();
    Place place = request.place(jobs);
    ImageSource images = new LastSet();
    List<CellState> states = new StateReader(folder).read(grid.cells());
    Map<Cell, Result> results = new LinkedHashMap<>();
    List<Cell> left = left(grid.cells(), states, results);
    leaveOutMissing(left, place, images, results);
    merge();
    stop.waitForCheckpoints(true);
    notes(left, place);
    if (!results.isEmpty() || left.isEmpty())
      console.note(
          GridText.count(left.size(), "cell")
              + " to run, "
              + (grid.cells().size() - left.size())
              + " done or left out");
    results.putAll(run(left, place, devices, images));
    Map<Cell, Result> inOrder = new LinkedHashMap<>();
    grid.cells().forEach(cell -> inOrder.put(cell, results.get(cell)));
    if (arguments.has(Flag.JSON)) console.out().println(GridJson.results(folder, inOrder));
    else print(inOrder);
    return code(inOrder);
  }

  private void print(Map<Cell, Result> results) {
    GridText.results(console, results);
    console.out().println("grid folder " + folder.path());
  }

  private Map<Cell, Result> run(
      List<Cell> left, Place place, List<Integer> devices, ImageSource images) {
    Workers workers =
        new Workers(
            folder,
            (cell, device) -> call(cell, place, device),
            jobs,
            devices,
            () -> stop.check("while cells were running; what they had done stays"));
    ResumingTrainer trainer =
        new ResumingTrainer(images, stop, arguments.has(GridCommand.TENSORBOARD));
    CellRun here = new CellRun(folder, onDevice(place, devices), trainer);
    try (GridDisplay display = GridDisplay.on(console, left, jobs)) {
      return new GridRunner(here, workers, jobs, display, l -> new Listeners(stop, List.of(l)))
          .run(left);
    }
  }

  private static Place onDevice(Place place, List<Integer> devices) {
    return devices.isEmpty()
        ? place
        : new Place(place.data(), place.threadsOrNull(), devices.get(0));
  }

  private List<String> call(Cell cell, Place place, Integer deviceOrNull) {
    List<String> words = new ArrayList<>(ThisProgram.words());
    words.addAll(request.words());
    words.addAll(List.of("--index", Integer.toString(cell.index())));
    words.addAll(List.of("--threads", place.threadsOrNull().toString()));
    if (deviceOrNull != null) words.addAll(List.of("--device", deviceOrNull.toString()));
    return words;
  }

  private List<Integer> devices() {
    if (!arguments.has("devices")) return List.of();
    String text = arguments.value("devices");
    if (!text.matches("\\d{1,6}(,\\d{1,6})*"))
      throw new UsageException(
          "--devices must be whole numbers, separated by commas, not \"" + text + "\"");
    if (request.grid().cells().stream().noneMatch(c -> c.config().run().backend().equals("cuda")))
      throw new UsageException("--devices has no use with backend cpu");
    return Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
  }

  /** What is not done; cells that another process works on come last. */
  private static List<Cell> left(
      List<Cell> cells, List<CellState> states, Map<Cell, Result> results) {
    List<Cell> left = new ArrayList<>();
    List<Cell> taken = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      switch (states.get(i).kind()) {
        case DONE -> results.put(cells.get(i), Result.DONE_BEFORE);
        case RUNNING -> taken.add(cells.get(i));
        default -> left.add(cells.get(i));
      }
    }
    left.addAll(taken);
    return left;
  }

  /** Before anything else. */
  private void leaveOutMissing(
      List<Cell> left, Place place, ImageSource images, Map<Cell, Result> results) {
    MissingSets missing = MissingSets.of(left, folder, place, images);
    if (missing.none()) return;
    if (!arguments.has("skip-missing")) {
      throw new DataException(
          "missing or damaged: "
              + missing.describe()
              + "; --skip-missing runs the cells of the other sets");
    }
    missing
        .reasons()
        .forEach((set, why) -> console.note("cells on " + set + " are left out: " + why));
    left.removeIf(
        cell -> {
          boolean out = missing.concern(cell);
          if (out) results.put(cell, Result.skipped(cell.dataset() + " is missing"));
          return out;
        });
  }

  private void merge() {
    GridFolder.Merge merge = folder.merge(request.grid());
    if (merge.added() > 0 && merge.added() < request.grid().cells().size() + merge.kept())
      console.note(
          folder.gridFile()
              + ": "
              + GridText.count(merge.added(), "new cell")
              + " added, the others kept"
              + (merge.kept() > 0 ? "; " + merge.kept() + " of them are not of this grid" : ""));
  }

  /** What the program chose by itself, each once. */
  private void notes(List<Cell> left, Place place) {
    Set<String> notes = new LinkedHashSet<>();
    for (Cell cell : left) notes.addAll(cell.configIn(folder.cell(cell), place).notes());
    notes.forEach(console::note);
  }

  /** Of the first cell that failed; else, where another process works on some, to be run again. */
  static int code(Map<Cell, Result> results) {
    for (Result result : results.values()) {
      if (result.kind() == Result.Kind.FAILED) return result.exitCode();
    }
    boolean elsewhere = results.values().stream().anyMatch(r -> r.kind() == Result.Kind.ELSEWHERE);
    return elsewhere ? ExitCode.RESUMABLE : ExitCode.OK;
  }
}
