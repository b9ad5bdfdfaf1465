// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedRunsTest {
  private static final String RUN = "cells/ict3-paper-250-s1";

  @TempDir Path folder;

  private Path grid;
  private Path kept;

  @BeforeEach
  void runs() throws IOException {
    grid = folder.resolve("grid");
    kept = folder.resolve("kept");
    SyntheticRuns.grid(grid, List.of(250), List.of("paper"), 2, false);
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).map(root::relativize).sorted().toList();
    }
  }

  private static void requireSameFiles(Path a, Path b) throws IOException {
    assertThat(files(a)).isEqualTo(files(b)).isNotEmpty();
    for (Path file : files(a)) assertThat(a.resolve(file)).hasSameBinaryContentAs(b.resolve(file));
  }

  @Test
  void theReportOfWhatIsKeptIsTheSame() throws IOException {
    PackedRuns packed = PackedRuns.write(grid, kept, PackedRuns.ALL_DIGITS);
    assertThat(packed.runs()).hasSize(10).contains(RUN);
    StudyReport.read(grid).write(folder.resolve("before"));
    StudyReport.read(kept).write(folder.resolve("after"));
    requireSameFiles(folder.resolve("before"), folder.resolve("after"));
  }

  @Test
  void threeFilesOfARunAreKept() throws IOException {
    PackedRuns packed = PackedRuns.write(grid, kept, PackedRuns.ALL_DIGITS);
    Path run = kept.resolve(RUN);
    assertThat(files(run))
        .extracting(Path::toString)
        .containsExactly("config.yaml", "metrics.jsonl.gz", "summary.json");
    long bytes = 0;
    for (Path file : files(kept)) bytes += Files.size(kept.resolve(file));
    assertThat(packed.bytes()).isEqualTo(bytes);
    assertThat(run.resolve("summary.json"))
        .hasSameBinaryContentAs(grid.resolve(RUN).resolve("summary.json"));
  }

  @Test
  void theSameRunsGiveTheSameBytes() throws IOException {
    PackedRuns.write(grid, kept, PackedRuns.ALL_DIGITS);
    PackedRuns.write(grid, folder.resolve("again"), PackedRuns.ALL_DIGITS);
    requireSameFiles(kept, folder.resolve("again"));
    PackedRuns.write(kept, folder.resolve("twice"), PackedRuns.ALL_DIGITS);
    requireSameFiles(kept, folder.resolve("twice"));
  }

  @Test
  void whereItWasIsNotKept() throws IOException {
    PackedRuns.write(grid, kept, PackedRuns.ALL_DIGITS);
    Path config = kept.resolve(RUN).resolve("config.yaml");
    assertThat(config).content().contains("\ndata: read\n").doesNotContain("/not/read");
    assertThat(ConfigYaml.hash(ConfigYaml.read(config)))
        .isEqualTo(ConfigYaml.hash(ConfigYaml.read(grid.resolve(RUN).resolve("config.yaml"))));
  }

  @Test
  void whatHasNotEndedIsLeftOutAndWhatIsDamagedRefused() throws IOException {
    Files.delete(grid.resolve(RUN).resolve("summary.json"));
    assertThat(PackedRuns.write(grid, kept, PackedRuns.ALL_DIGITS).unfinished())
        .containsExactly(RUN);
    assertThat(kept.resolve(RUN)).doesNotExist();
    Path metrics = grid.resolve("cells/erm-paper-250-s0/metrics.jsonl");
    Files.writeString(metrics, "{}\n");
    assertThatThrownBy(
            () -> PackedRuns.write(grid, folder.resolve("damaged"), PackedRuns.ALL_DIGITS))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(metrics + ":1: type: expected a string, found");
    assertThat(folder.resolve("damaged")).doesNotExist();
  }

  @Test
  void fewerDigitsTakeLessRoomAndStayClose() throws IOException {
    PackedRuns all = PackedRuns.write(grid, kept, PackedRuns.ALL_DIGITS);
    PackedRuns few = PackedRuns.write(grid, folder.resolve("few"), 6);
    assertThat(few.bytes()).isLessThan(all.bytes() * 2 / 3);
    RunRecord exact = RunReader.read(kept.resolve(RUN), "a");
    RunRecord rounded = RunReader.read(folder.resolve("few").resolve(RUN), "a");
    assertThat(rounded.probes()).hasSameSizeAs(exact.probes());
    for (int layer = 0; layer < 6; layer++)
      assertThat(rounded.nonlin(layer))
          .isNotEqualTo(exact.nonlin(layer))
          .isCloseTo(exact.nonlin(layer), within(1e-6));
    assertThat(rounded.evaluations()).hasSameSizeAs(exact.evaluations());
    assertThat(rounded.accuracy()).isCloseTo(exact.accuracy(), within(1e-6));
  }

  @Test
  void onlyANewFolderOutsideTakesThem() {
    assertThatThrownBy(() -> PackedRuns.write(grid, grid.resolve("kept"), PackedRuns.ALL_DIGITS))
        .isInstanceOf(UsageException.class)
        .hasMessage(grid.resolve("kept") + ": expected a folder outside of " + grid);
    assertThatThrownBy(() -> PackedRuns.write(grid, folder, PackedRuns.ALL_DIGITS))
        .isInstanceOf(UsageException.class);
  }
}
