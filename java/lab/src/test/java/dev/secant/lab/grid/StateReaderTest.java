// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.error.ExitCode;
import dev.secant.lab.grid.CellState.Kind;
import dev.secant.lab.metrics.LockOwner;
import dev.secant.lab.metrics.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** States, from files as runs, signals and crashes leave them. */
class StateReaderTest {
  @TempDir Path path;

  private final Grid grid = FakeRuns.grid();
  private final Cell cell = grid.cells().get(1);

  private GridFolder folder() {
    return new GridFolder(path);
  }

  private CellState state() {
    return new StateReader(folder()).read(cell);
  }

  private RunDirectory run() {
    return new RunDirectory(folder().cell(cell));
  }

  private void lockedBy(LockOwner owner) {
    FakeRuns.write(folder().lock(cell), owner.toJson());
  }

  private static LockOwner alive() {
    return LockOwner.self();
  }

  private static LockOwner dead() {
    LockOwner self = alive();
    return LockOwner.parse(self.toJson().replace("\"started\":\"", "\"started\":\"1"));
  }

  @Test
  void nothingIsMissing() throws IOException {
    assertThat(state().kind()).isEqualTo(Kind.MISSING);
    Files.createDirectories(folder().cell(cell));
    assertThat(state().kind()).as("killed before its first file").isEqualTo(Kind.MISSING);
    FakeRuns.write(run().path().resolve("config.yaml.tmp"), "alp");
    assertThat(state().kind()).isEqualTo(Kind.INTERRUPTED);
  }

  @Test
  void aRunningCellHasItsProgressFromTheLastWholeLine() {
    FakeRuns.begin(folder(), cell, 4);
    lockedBy(alive());
    CellState state = state();
    assertThat(state.kind()).isEqualTo(Kind.RUNNING);
    assertThat(state.step()).isEqualTo(4);
    assertThat(state.secondsLeft()).isEqualTo(20.0 / 4 * 6);
    assertThat(state.reason()).startsWith("process " + ProcessHandle.current().pid());
  }

  @Test
  void aRunningCellMayHaveNoFilesYet() {
    lockedBy(alive());
    assertThat(state().kind()).isEqualTo(Kind.RUNNING);
    FakeRuns.write(run().split(), "{}");
    assertThat(state().kind()).isEqualTo(Kind.RUNNING);
    FakeRuns.begin(folder(), cell, 4);
    FakeRuns.write(run().metrics(), "");
    FakeRuns.write(run().timing(), "{\"step\":");
    assertThat(state().step()).isZero();
    assertThat(state().secondsLeft()).isNaN();
  }

  @Test
  void anOwnerThatIsGoneInterruptedIt() {
    FakeRuns.begin(folder(), cell, 4);
    lockedBy(dead());
    assertThat(state().kind()).isEqualTo(Kind.INTERRUPTED);
    assertThat(state().reason()).isEqualTo("ended after step 4");
  }

  @Test
  void aFailureSaysWhyUntilTheCellIsDone() {
    folder().createState();
    Failure.now(7, "step 3: loss is NaN").write(folder().failure(cell));
    assertThat(state().kind()).as("failed before its first file").isEqualTo(Kind.FAILED);
    FakeRuns.begin(folder(), cell, 3);
    assertThat(state()).isEqualTo(CellState.failed(3, "step 3: loss is NaN", 7));
    FakeRuns.end(run().path());
    assertThat(state().kind()).isEqualTo(Kind.DONE);
    assertThat(state().revisionOrNull()).isEqualTo("0123456789ab");
  }

  @Test
  void aDamagedFailureIsAFailure() {
    FakeRuns.write(folder().failure(cell), "{\"exit_code\":");
    assertThat(state().kind()).isEqualTo(Kind.FAILED);
    assertThat(state().reason()).contains("not JSON");
  }

  @Test
  void aDamagedSummaryIsAFailure() {
    FakeRuns.begin(folder(), cell, 4);
    FakeRuns.write(run().summary(), "{\"accuracy\":");
    assertThat(state().kind()).isEqualTo(Kind.FAILED);
    assertThat(state().exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(state().reason()).contains(run().summary() + ": not JSON");
  }

  @Test
  void anotherConfigurationIsForeign() {
    Grid other =
        Grid.of(
            "other", GridSource.parse("o.yaml", FakeRuns.GRID + "labels: 500\noptim.lr: 0.1\n"));
    FakeRuns.begin(
        other.cells().get(1).configIn(folder().cell(cell), FakeRuns.place()).config(), 4);
    FakeRuns.end(run().path());
    assertThat(state().kind()).isEqualTo(Kind.FOREIGN);
    assertThat(state().reason())
        .isEqualTo(
            run().config()
                + " is of another configuration: labels is 500, not 250; optim.lr is 0.1, not 0.002");
  }

  @Test
  void anotherVersionIsForeign() {
    FakeRuns.begin(folder(), cell, 10);
    FakeRuns.end(run().path(), "9.9", "abc");
    assertThat(state().kind()).isEqualTo(Kind.FOREIGN);
    assertThat(state().reason()).contains("is of version 9.9 of the program, this is ");
  }

  @Test
  void whatCannotBeReadIsForeignAndNeverTouched() {
    FakeRuns.write(run().path().resolve("notes.txt"), "mine");
    assertThat(state()).isEqualTo(CellState.foreign("no config.yaml beside notes.txt"));
    FakeRuns.write(run().config(), "alpha: 0.5\nal");
    assertThat(state().kind()).isEqualTo(Kind.FOREIGN);
    assertThat(state().reason()).contains("config.yaml");
  }

  @Test
  void aFileInThePlaceOfACellIsForeign() {
    FakeRuns.write(folder().cell(cell), "x");
    assertThat(state().kind()).isEqualTo(Kind.FOREIGN);
  }

  @Test
  void runsThatAreNoCellsAreStrangers() {
    FakeRuns.begin(folder(), cell, 1);
    FakeRuns.write(path.resolve("other/config.yaml"), "");
    FakeRuns.write(path.resolve("report/report.html"), "");
    assertThat(folder().strangers(grid)).containsExactly("other");
  }
}
