// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cells, their names, and the file that keeps them. */
class GridTest {
  @TempDir Path folder;

  private static Grid grid(String yaml) {
    return Grid.of("g", GridSource.parse("g.yaml", yaml));
  }

  private static List<String> names(Grid grid) {
    return grid.cells().stream().map(Cell::name).toList();
  }

  @Test
  void aNameIsReadableAndEndsWithTheHash() {
    Cell cell = FakeRuns.grid().cells().get(1);
    assertThat(cell.name())
        .startsWith("made-250-ict2-paper-s0-")
        .endsWith(cell.hash().substring(0, 8));
    assertThat(FakeRuns.grid().cells().get(2).name()).startsWith("made-250-erm-paper-s1-");
  }

  /** A cell is the run that train makes of the same options. */
  @Test
  void aCellHasTheHashOfTheRunItIs() {
    Cell cell = FakeRuns.grid().cells().get(1);
    RunConfig config = cell.configIn(folder, FakeRuns.place()).config();
    assertThat(ConfigYaml.hash(config)).isEqualTo(cell.hash());
    assertThat(config.run().out()).isEqualTo(folder);
    assertThat(config.run().threads()).isEqualTo(1);
    assertThat(config.run().seed()).isZero();
    assertThat(config.method().k()).isEqualTo(2);
  }

  @Test
  void anotherOptionIsAnotherCell() {
    assertThat(names(grid(FakeRuns.GRID + "optim.lr: 0.01\n")))
        .hasSize(4)
        .doesNotContainAnyElementsOf(names(FakeRuns.grid()));
  }

  @Test
  void whatSaysWhereARunHappensIsNoOtherCell() {
    Cell cell = FakeRuns.grid().cells().get(0);
    Place place = new Place(new DataFolders(null, false), 2, 3);
    assertThat(ConfigYaml.hash(cell.configIn(folder, place).config())).isEqualTo(cell.hash());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seed: [1, 1] | g.yaml: cells 0 and 1 are the same run, made-250-ict2-paper-s1-",
        "threads2: 1 | g.yaml line 1: unknown axis or option",
        "cuda.plans: [a, b] | g.yaml: cells 0 and 1 ",
        "method: [erm, ictt] | g.yaml line 1: method must be one of erm, mixup, ict, not \"ictt\"",
        "method: ict17 | g.yaml line 1: k must be a whole number from 2 to 16",
        "{method: [erm, ict], k: [2, 3]} | k=2 (g.yaml line 1) has no use with method=erm",
        "{method: [erm, mixup], reading: [paper, lineage]} | g.yaml line 1: reading lineage has no use: no method here is ict",
        "dataset: cifar11 | g.yaml line 1: dataset must be one of",
        "labels: many | g.yaml line 1: labels must be a whole number",
      })
  void whatCannotBeIsRefusedWithItsPlace(String yaml, String message) {
    assertThatThrownBy(() -> grid(yaml))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aWrittenGridReadsBackToTheSameCells() {
    Grid grid =
        grid(
            """
            cells:
            - {method: ict3, alpha: '0.5,0.25,1', reading: [paper, lineage, literal]}
            - {method: mixup4, mix.alpha: matched, alpha: 0.5}
            - {method: erm, budget: [quick, paper], precision: bf16, backend: cpu}
            """);
    assertThat(grid.cells()).hasSize(6);
    String text = GridYaml.write(grid.cells().stream().map(Cell::config).toList());
    Grid again = grid(text);
    assertThat(names(again)).isEqualTo(names(grid));
    assertThat(again.cells().stream().map(Cell::hash).toList())
        .isEqualTo(grid.cells().stream().map(Cell::hash).toList());
  }

  @Test
  void newCellsAreAddedAndKnownOnesKeepTheirPlace() throws IOException {
    GridFolder grids = new GridFolder(folder.resolve("grid"));
    assertThatThrownBy(grids::grid).isInstanceOf(DataException.class);
    assertThat(grids.merge(FakeRuns.grid())).isEqualTo(new GridFolder.Merge(0, 4));
    String before = Files.readString(grids.gridFile());
    assertThat(grids.merge(FakeRuns.grid())).isEqualTo(new GridFolder.Merge(0, 0));
    assertThat(Files.readString(grids.gridFile())).isEqualTo(before);
    Grid other = grid(FakeRuns.GRID.replace("[0, 1]", "[1, 2]"));
    assertThat(grids.merge(other)).isEqualTo(new GridFolder.Merge(2, 2));
    assertThat(names(grids.grid()).subList(0, 4)).isEqualTo(names(FakeRuns.grid()));
    assertThat(names(grids.grid())).hasSize(6).containsAll(names(other));
    assertThat(grids.grid().name()).isEqualTo("grid");
  }

  @Test
  void anIndexBeyondTheGridIsRefused() {
    assertThatThrownBy(() -> FakeRuns.grid().cell(4))
        .isInstanceOf(UsageException.class)
        .hasMessage("--index 4: the grid has cells 0 to 3");
  }

  @Test
  void dataFoldersAreTheSetsOwnOrOneASet() {
    Path data = Path.of("d");
    assertThat(DataFolders.of(data, List.of("cifar10", "made")).of("cifar10")).isEqualTo(data);
    assertThat(DataFolders.of(data, List.of("cifar10", "svhn")).of("svhn"))
        .isEqualTo(data.resolve("svhn"));
    assertThatThrownBy(() -> DataFolders.of(null, List.of("cifar10", "svhn")))
        .isInstanceOf(UsageException.class)
        .hasMessage("cells on cifar10, svhn need --data DIR, a folder of one folder each");
    assertThatThrownBy(() -> DataFolders.of(data, List.of("made")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--data has no use");
  }

  @Test
  void costsFollowNetworkAndMethodUntilSomethingIsMeasured() {
    Grid grid =
        grid("{method: [erm, mixup, ict2, ict5], steps: 100000, test-limit: 2, backend: cpu}");
    List<Cell> cells = grid.cells();
    double erm = Cost.work(cells.get(0).config());
    assertThat(Cost.work(cells.get(1).config())).isEqualTo(erm);
    assertThat(Cost.work(cells.get(2).config()) / erm).isBetween(2.33, 2.34);
    assertThat(Cost.work(cells.get(3).config())).isEqualTo(Cost.work(cells.get(2).config()));
    List<CellState> none = cells.stream().map(c -> CellState.missing()).toList();
    Cost assumed = new Cost(cells, none, 2);
    // 214,353,152 multiply-adds, 128 images, three passes, 60e9 a second on each of two cores.
    assertThat(assumed.of(cells.get(0).config()).seconds()).isBetween(68_500.0, 68_700.0);
    assertThat(assumed.of(cells.get(0).config()).basis()).isEqualTo(Cost.Basis.ASSUMED);
  }

  @Test
  void measuredCellsSetThePace() {
    Grid grid = FakeRuns.grid();
    GridFolder grids = new GridFolder(folder);
    List<Cell> cells = grid.cells();
    FakeRuns.end(FakeRuns.begin(grids, cells.get(0), 10).path());
    Cost cost = new Cost(cells, new StateReader(grids).read(cells), 2);
    assertThat(cost.of(cells.get(2).config()))
        .isEqualTo(new Cost.Estimate(40, Cost.Basis.MEASURED));
    double ratio = Cost.work(cells.get(1).config()) / Cost.work(cells.get(0).config());
    assertThat(cost.of(cells.get(1).config()).basis()).isEqualTo(Cost.Basis.SCALED);
    assertThat(cost.of(cells.get(1).config()).seconds())
        .isCloseTo(40 * ratio, org.assertj.core.data.Offset.offset(1e-9));
  }

  @Test
  void ofAnotherBackendNothingIsKnown() {
    Grid cuda = grid("{method: erm, backend: cuda}");
    Cost cost = new Cost(cuda.cells(), List.of(CellState.missing()), 2);
    assertThat(cost.of(cuda.cells().get(0).config()).basis()).isEqualTo(Cost.Basis.UNKNOWN);
    assertThat(cost.of(cuda.cells().get(0).config()).seconds()).isNaN();
  }

  @Test
  void theBackendIsSettledOnce() {
    Grid grid = grid("{seed: [0, 1], backend: auto}");
    assertThat(grid.cells().get(1).settings()).extractingByKey("backend").isNotNull();
    Map<String, List<String>> change = Map.of("backend", List.of("cuda"));
    Grid moved = Grid.of("g", GridSource.parse("g.yaml", "seed: 0").with(change));
    assertThat(moved.cells().get(0).config().run().backend()).isEqualTo("cuda");
    assertThat(moved.cells().get(0).name())
        .isNotEqualTo(grid("{seed: 0, backend: cpu}").cells().get(0).name());
  }
}
