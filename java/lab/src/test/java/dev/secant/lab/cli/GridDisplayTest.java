// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.grid.Cell;
import dev.secant.lab.grid.Grid;
import dev.secant.lab.grid.GridSource;
import dev.secant.lab.grid.Result;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a user sees of a grid at work. */
class GridDisplayTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final List<Cell> cells =
      Grid.of("g", GridSource.parse("g.yaml", "{seed: [0, 1, 2], method: erm, steps: 10}")).cells();
  private long seconds;

  private long clock() {
    return TimeUnit.SECONDS.toNanos(seconds);
  }

  private void life(GridDisplay display) {
    display.begins(cells.get(0), "");
    seconds = 31;
    display.progresses(cells.get(0), 5, 31);
    seconds = 60;
    display.ends(cells.get(0), new Result(Result.Kind.TRAINED, "", 0));
    display.begins(cells.get(1), "device 1");
    display.progresses(cells.get(1), 1, Double.NaN);
    display.ends(cells.get(1), new Result(Result.Kind.FAILED, "no longer finite", 7));
    display.close();
  }

  @Test
  void linesForALog() {
    life(new GridDisplay.Lines(new Console(err, err, false), this::clock, cells, 1));
    String name = cells.get(0).name();
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "secant: [1/3] " + name,
            "secant: " + name + ": step 5 of 10, 0:31 left",
            "secant: " + name + ": done in 1:00; 1 of 3 done, about 2:00 left",
            "secant: [2/3] " + cells.get(1).name() + ", device 1",
            "secant: "
                + cells.get(1).name()
                + ": failed, exit code 7: no longer finite; 1 of 3 done, 1 failed, about 1:00 left");
  }

  @Test
  void aTableOnATerminal() {
    life(new GridDisplay.Table(new Console(err, err, true), this::clock, cells, 1));
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(text)
        .contains("0 of 3 done" + System.lineSeparator())
        .contains("[==========          ]  50 % 0:31 left")
        .contains("\033[2A\033[Jsecant: " + cells.get(0).name() + ": done in 1:00")
        .endsWith("\033[1A\033[J");
    assertThat(text.lines().filter(l -> !l.contains("secant: ")))
        .allMatch(line -> line.replaceAll("\033\\[[0-9]*[AJ]", "").length() < 80);
  }
}
