// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.secant.lab.cli.TensorBoard.Earlier;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.TrainMetric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardTest {
  private static final String NAME = "events.out.tfevents.0000000009.secant";

  @TempDir Path folder;

  private void write(Earlier earlier, int clock) {
    try (TensorBoard board = new TensorBoard(folder, earlier, () -> clock)) {
      board.onStart(null);
      board.onLoss(new TrainMetric(10, 2, 1, 0.5, 2));
      board.onLoss(new TrainMetric(20, 2, 1, null, 0));
      board.onEvaluation(new EvalMetric(20, 1000, "ema", 0.75, 0.5));
      LayerNonLin layer = new LayerNonLin(3, 0.1, 0, 0, 0, 0, 0, 0);
      board.onProbe(new ProbeMetric(20, 1000, "raw", 2, 0.5, "x", List.of(layer)));
    }
  }

  @Test
  void everyMetricIsThereUnderItsName() throws IOException {
    write(Earlier.REFUSED, 9);
    String bytes = Files.readString(folder.resolve(NAME), StandardCharsets.ISO_8859_1);
    assertThat(bytes)
        .contains("train/loss_supervised", "train/loss_consistency", "train/weight")
        .contains("test/accuracy_ema", "test/loss_ema", "nonlin_raw/L3");
    assertThat(bytes.split("train/loss_consistency", -1)).hasSize(2);
  }

  @Test
  void eventFilesOfAnotherRunAreNotMixedWithItsOwn() throws IOException {
    write(Earlier.REFUSED, 9);
    long size = Files.size(folder.resolve(NAME));
    assertThatThrownBy(() -> write(Earlier.REFUSED, 9))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("expected no event files, found " + NAME);
    write(Earlier.REPLACED, 9);
    assertThat(Files.size(folder.resolve(NAME))).isEqualTo(size);
  }

  @Test
  void aRunThatGoesOnAddsAnother() throws IOException {
    write(Earlier.REFUSED, 9);
    write(Earlier.KEPT, 10);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(2).contains(folder.resolve(NAME));
    }
  }
}
