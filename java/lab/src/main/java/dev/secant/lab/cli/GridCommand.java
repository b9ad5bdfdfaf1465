// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.config.ResolvedConfig;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.grid.Cell;
import dev.secant.lab.grid.CellRun;
import dev.secant.lab.grid.CellState;
import dev.secant.lab.grid.Cost;
import dev.secant.lab.grid.Grid;
import dev.secant.lab.grid.GridFolder;
import dev.secant.lab.grid.Place;
import dev.secant.lab.grid.StateReader;
import dev.secant.lab.train.LastSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Many runs at once: plans them, runs them, runs one of them, says how they stand. */
final class GridCommand implements Command {
  static final ValueType.Whole DEVICE = new ValueType.Whole(0, Integer.MAX_VALUE, false);

  private static final List<String> CELLS =
      List.of(
          "grid", "preset", "out", "data", "dataset", "budget", "reading", "seeds", "backend", "o",
          "threads");
  private static final List<String> WORK = List.of("tensorboard");
  private static final List<String> RUN =
      List.of("jobs", "devices", "skip-missing", "engine", "dry-run");
  private static final Map<String, List<String>> OF_VERB =
      Map.of(
          "plan", CELLS,
          "run", join(CELLS, join(WORK, RUN)),
          "cell", join(CELLS, join(WORK, List.of("index", "device"))),
          "status", List.of(),
          "pack", List.of("out", "digits"));

  static final Flag TENSORBOARD =
      Flag.toggle("tensorboard", "run, cell: event files in the folders of cells too");

  private final StopRequest stop;

  GridCommand(StopRequest stop) {
    this.stop = stop;
  }

  private static List<String> join(List<String> a, List<String> b) {
    List<String> all = new ArrayList<>(a);
    all.addAll(b);
    return List.copyOf(all);
  }

  @Override
  public String name() {
    return "grid";
  }

  @Override
  public String summary() {
    return "plan, run, follow and keep many runs: data sets, labels, methods, seeds";
  }

  @Override
  public String usage() {
    return "plan | run | cell --index I | status GRID | pack GRID  [--grid FILE | --preset NAME] [--out GRID] [option...]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(
        Flag.value("grid", "FILE", "the cells, as a YAML file of axes"),
        Flag.value(
            "preset",
            "NAME",
            "the cells of mini, paper, paper-lineage, or figure1 to figure10, which come with it"),
        Flag.value(
            "out",
            "DIR",
            "the grid's folder [runs/NAME]; alone: go on with the cells in it; pack: a new folder"),
        Flag.value(
            "data",
            "DIR",
            "the set's folder, or with several sets DIR/cifar10 and so on; plan says what is missing"),
        Flag.value("dataset", "NAME", "of every cell, instead of the grid's"),
        Flag.value("budget", "quick|standard|paper", "of every cell, instead of the grid's"),
        Flag.value(
            "reading",
            "paper|lineage|literal",
            "of the ict cells, instead of the grid's; several with commas between"),
        Flag.value("seeds", "N", "seeds 0 to N-1, instead of the grid's"),
        Flag.value("backend", "auto|cpu|cuda", "of every cell, instead of the grid's"),
        TrainCommand.SET,
        Flag.value("threads", "N", "CPU threads in all, divided among jobs [every core]"),
        Flag.value("jobs", "N", "run: cells at a time, each in a process of its own [1]"),
        Flag.value("devices", "N,N...", "run: CUDA devices that jobs take in turn [0]"),
        Flag.toggle("skip-missing", "run: leave out cells whose data set is missing"),
        Flag.value("engine", "local|slurm", "run: on this machine, or as a job array [local]"),
        Flag.toggle("dry-run", "run: print the script of the job array"),
        TENSORBOARD,
        Flag.value("index", "I", "cell: which, from 0, as plan numbers them"),
        Flag.value("device", "N", "cell: CUDA device [0]"),
        Flag.value("digits", "N", "pack: significant digits of what was measured, from 4 [all]"),
        Flag.QUIET,
        Flag.JSON,
        Flag.DEBUG,
        Flag.HELP);
  }

  @Override
  public int words() {
    return 2;
  }

  @Override
  public List<String> verbs() {
    return List.of("plan", "run", "cell", "status", "pack");
  }

  @Override
  public int run(Arguments a, Console console) {
    String verb = a.verb(this);
    allow(a, verb);
    return switch (verb) {
      case "plan" -> plan(a, console);
      case "run" -> run(a, GridRequest.of(a), console);
      case "cell" -> cell(a, console);
      case "pack" -> GridPack.run(a, console);
      default -> status(a, console);
    };
  }

  /** Options that belong to other verbs are refused rather than passed over. */
  private void allow(Arguments a, String verb) {
    List<String> general = List.of("quiet", "json", "debug", "help");
    for (Flag flag : flags()) {
      String name = flag.name();
      if (a.has(flag) && !general.contains(name) && !OF_VERB.get(verb).contains(name))
        throw new UsageException(flag.spelling() + " has no use with grid " + verb);
    }
    if (a.words().size() > 1 && !List.of("status", "pack").contains(verb))
      throw new UsageException("grid " + verb + ": unexpected \"" + a.words().get(1) + "\"");
  }

  // ---- plan and status -------------------------------------------------------------------------

  private static int plan(Arguments a, Console console) {
    GridRequest request = GridRequest.of(a);
    List<Cell> cells = request.grid().cells();
    List<CellState> states = new StateReader(request.folder()).read(cells);
    Cost cost = new Cost(cells, states, request.threads());
    MissingSets missingOrNull = a.has("data") ? missing(request) : null;
    if (a.has(Flag.JSON)) {
      console.out().println(GridJson.plan(request.folder(), cells, states, cost, missingOrNull));
      return ExitCode.OK;
    }
    GridText.plan(console, cells, states, cost);
    if (missingOrNull != null) GridText.sets(console, request.grid().datasets(), missingOrNull);
    return ExitCode.OK;
  }

  private static MissingSets missing(GridRequest request) {
    return MissingSets.of(
        request.grid().cells(), request.folder(), request.place(1), new LastSet());
  }

  private static int status(Arguments a, Console console) {
    if (a.words().size() < 2) throw new UsageException("grid status needs the folder of a grid");
    GridFolder folder = new GridFolder(Path.of(a.words().get(1)));
    Grid grid = folder.grid();
    List<CellState> states = new StateReader(folder).read(grid.cells());
    List<String> strangers = folder.strangers(grid);
    if (a.has(Flag.JSON)) {
      console.out().println(GridJson.status(folder, grid.cells(), states, strangers));
      return ExitCode.OK;
    }
    GridText.status(console, grid.cells(), states);
    for (String name : strangers)
      console.out().println("foreign      " + name + "  a run that is no cell of this grid");
    return ExitCode.OK;
  }

  // ---- cell ------------------------------------------------------------------------------------

  private int cell(Arguments a, Console console) {
    GridRequest request = GridRequest.of(a);
    String index = a.checked("index", DEVICE);
    if (index == null) throw new UsageException("grid cell needs --index I, as grid plan shows it");
    Cell cell = request.grid().cell(Integer.parseInt(index));
    Place place = request.place(1);
    request.folder().merge(request.grid());
    ResolvedConfig resolved = cell.configIn(request.folder().cell(cell), place);
    resolved.notes().forEach(console::note);
    boolean trained;
    stop.waitForCheckpoints(resolved.config().savesCheckpoints());
    try (Progress progress = Progress.on(console, cell.name())) {
      trained =
          new CellRun(
                  request.folder(),
                  place,
                  new ResumingTrainer(new LastSet(), stop, a.has(TENSORBOARD)))
              .run(cell, new Listeners(stop, List.of(progress)));
    }
    CellState state = new StateReader(request.folder()).read(cell);
    if (a.has(Flag.JSON)) console.out().println(state.summaryOrNull());
    else
      console
          .out()
          .println(request.folder().cell(cell) + ": " + (trained ? "done" : "was done before"));
    return ExitCode.OK;
  }

  // ---- run -------------------------------------------------------------------------------------

  private int run(Arguments a, GridRequest request, Console console) {
    GridRun run = new GridRun(a, request, console, stop);
    String engine = a.has("engine") ? a.value("engine") : "local";
    return switch (engine) {
      case "local" -> {
        if (a.has("dry-run"))
          throw new UsageException(
              "--dry-run prints a script, which is for --engine slurm; grid plan shows the cells");
        yield run.local();
      }
      case "slurm" -> run.slurm();
      default ->
          throw new UsageException(
              "--engine must be local or slurm, not \""
                  + engine
                  + "\": another scheduler can call grid cell, which needs nothing but a shared folder");
    };
  }
}
