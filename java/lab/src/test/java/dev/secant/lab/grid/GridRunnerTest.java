// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.error.DataException;
import dev.secant.lab.error.DivergedException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.InterruptedRunException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.LockOwner;
import dev.secant.lab.train.TrainListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole grids with the training replaced: what is done, what fails, what is left to others. */
class GridRunnerTest {
  @TempDir Path path;

  private final List<Cell> cells = FakeRuns.grid().cells();
  private final FakeRuns runs = new FakeRuns();
  private final List<String> heard = new ArrayList<>();

  private GridFolder folder() {
    return new GridFolder(path);
  }

  private final GridListener listener =
      new GridListener() {
        @Override
        public void begins(Cell cell, String where) {
          heard.add("begins " + cell.index() + where);
        }

        @Override
        public void progresses(Cell cell, long step, double secondsLeft) {
          heard.add("step " + step);
        }

        @Override
        public void ends(Cell cell, Result result) {
          heard.add("ends " + cell.index() + " " + result.kind());
        }
      };

  private CellRun cellRun(CellTrainer trainer) {
    return new CellRun(folder(), FakeRuns.place(), trainer);
  }

  private Workers workers(String script, int jobs, List<Integer> devices) {
    return new Workers(
        folder(),
        (cell, device) ->
            List.of("sh", "-c", script, "sh", folder().cell(cell).toString(), "" + device),
        jobs,
        devices,
        () -> {});
  }

  private Map<Cell, Result> run(CellTrainer trainer) {
    return new GridRunner(cellRun(trainer), workers("exit 9", 1, List.of()), 1, listener, l -> l)
        .run(cells);
  }

  private static List<Result.Kind> kinds(Map<Cell, Result> results) {
    return results.values().stream().map(Result::kind).toList();
  }

  @Test
  void cellsAreTrainedOnceOneAfterTheOther() {
    assertThat(kinds(run(runs))).containsOnly(Result.Kind.TRAINED).hasSize(4);
    assertThat(runs.trained).hasSize(4);
    assertThat(heard.subList(0, 4))
        .containsExactly("begins 0", "step 5", "ends 0 TRAINED", "begins 1");
    assertThat(kinds(run(runs))).containsOnly(Result.Kind.DONE_BEFORE);
    assertThat(runs.trained).as("nothing is done again").hasSize(4);
    assertThat(new StateReader(folder()).read(cells))
        .allMatch(s -> s.kind() == CellState.Kind.DONE);
  }

  @Test
  void aFailureIsWrittenDownAndStopsNoOther() {
    CellTrainer one =
        (config, l) -> {
          if (config.run().seed() == 0 && config.method().k() == 2)
            throw new DivergedException("step 3:\n loss is NaN");
          runs.train(config, l);
        };
    Map<Cell, Result> results = run(one);
    assertThat(results.get(cells.get(1)))
        .isEqualTo(Result.failed(ExitCode.DIVERGED, "step 3: loss is NaN"));
    assertThat(runs.trained).hasSize(3);
    CellState state = new StateReader(folder()).read(cells.get(1));
    assertThat(state.kind()).isEqualTo(CellState.Kind.FAILED);
    assertThat(state.reason()).isEqualTo("step 3: loss is NaN");
    assertThat(folder().lock(cells.get(1))).doesNotExist();
    assertThat(run(runs).get(cells.get(1))).isEqualTo(Result.TRAINED);
    assertThat(folder().failure(cells.get(1))).doesNotExist();
  }

  @Test
  void aHalfDoneCellIsDoneAgain() {
    FakeRuns.begin(folder(), cells.get(0), 3);
    assertThat(cellRun(runs).run(cells.get(0), new TrainListener() {})).isTrue();
    assertThat(runs.trained).hasSize(1);
  }

  @Test
  void aForeignFolderIsRefusedAndLeftAsItIs() throws IOException {
    Path file = folder().cell(cells.get(0)).resolve("mine.txt");
    FakeRuns.write(file, "mine");
    assertThatThrownBy(() -> cellRun(runs).run(cells.get(0), new TrainListener() {}))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("mine.txt")
        .hasMessageContaining("move it away");
    assertThat(Files.readString(file)).isEqualTo("mine");
    assertThat(kinds(run(runs)).get(0)).isEqualTo(Result.Kind.FAILED);
  }

  @Test
  void whatAnotherProcessWorksOnIsLeftToIt() {
    try (CellLock lock = CellLock.take(folder(), cells.get(2), LockOwner.self())) {
      assertThat(lock).isNotNull();
      Map<Cell, Result> results = run(runs);
      assertThat(results.get(cells.get(2)).kind()).isEqualTo(Result.Kind.ELSEWHERE);
      assertThat(runs.trained).hasSize(3);
    }
  }

  @Test
  void anInterruptIsNoFailure() {
    CellTrainer stopped =
        (config, l) -> {
          FakeRuns.begin(config, 2);
          throw new InterruptedRunException(ExitCode.INTERRUPTED, "interrupted");
        };
    assertThatThrownBy(() -> run(stopped)).isInstanceOf(InterruptedRunException.class);
    assertThat(new StateReader(folder()).read(cells.get(0))).isEqualTo(CellState.interrupted(2));
    assertThat(folder().lock(cells.get(0))).doesNotExist();
  }

  /** As after an error of a device, which may be of no use to this process any more. */
  @Test
  void afterABugOrAFailedDeviceTheRestRunsInNewProcesses() {
    CellTrainer broken =
        (config, l) -> {
          throw new IllegalStateException("odd");
        };
    Map<Cell, Result> results = run(broken);
    assertThat(results.get(cells.get(0)))
        .isEqualTo(Result.failed(ExitCode.BUG, "IllegalStateException: odd"));
    assertThat(results.get(cells.get(1)).exitCode()).isEqualTo(9);
    assertThat(results).hasSize(4);
    CellTrainer missing =
        (config, l) -> {
          throw new DataException("no set");
        };
    assertThat(run(missing).values()).allMatch(r -> r.exitCode() == ExitCode.DATA);
  }

  @Test
  void workersTakeDevicesInTurnAndTheirDeathsAreFailures() {
    String script = "mkdir -p \"$1\"; echo \"on $2\"; exit 137";
    Map<Cell, Result> results =
        new GridRunner(cellRun(runs), workers(script, 2, List.of(4, 6)), 2, listener, l -> l)
            .run(cells);
    assertThat(heard).contains("begins 0device 4", "begins 1device 6");
    assertThat(results).hasSize(4);
    assertThat(results.get(cells.get(1)))
        .isEqualTo(
            Result.failed(
                137,
                "its process ended with exit code 137: on 6 (" + folder().log(cells.get(1)) + ")"));
    assertThat(new StateReader(folder()).read(cells.get(1)).exitCode()).isEqualTo(137);
  }

  @Test
  void aStopEndsTheWorkers() throws Exception {
    Path pids = path.resolve("pids");
    Workers workers =
        new Workers(
            folder(),
            (cell, device) -> List.of("sh", "-c", "echo $$ >>" + pids + "; exec sleep 60"),
            2,
            List.of(),
            () -> {
              if (lines(pids).size() == 2)
                throw new InterruptedRunException(ExitCode.INTERRUPTED, "interrupted");
            });
    GridRunner runner = new GridRunner(cellRun(runs), workers, 2, listener, l -> l);
    assertThatThrownBy(() -> runner.run(cells)).isInstanceOf(InterruptedRunException.class);
    assertThat(lines(pids)).hasSize(2);
    for (String pid : lines(pids))
      assertThat(ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive)).isEmpty();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
