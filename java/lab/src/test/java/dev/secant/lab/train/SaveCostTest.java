// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.checkpoint.CheckpointStore;
import dev.secant.lab.checkpoint.Position;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.metrics.FileOperations;
import dev.secant.lab.metrics.RunDirectory;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What saving a WRN-28-2 costs the thread that trains: the copy of its state. */
class SaveCostTest {
  private static final int SAVES = 11;
  private static final double EVERY_SECONDS = 300;
  private static final double MOST_SHARE = 0.005;

  @TempDir Path folder;

  @Test
  void aCheckpointEveryFiveMinutesCostsLittle() throws Exception {
    RunConfig config =
        TinyTraining.config("method=ict", "k=2", "depth=28", "width=2", "checkpoint.every-steps=1");
    ImageSet set = TinyTraining.images(8);
    RunDirectory directory = RunDirectory.create(folder.resolve("run"), false);
    Files.createFile(directory.metrics());
    CheckpointStore store = new CheckpointStore(directory, FileOperations.SYSTEM);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double[] wall = new double[SAVES];
    double[] cpu = new double[SAVES];
    try (Session session = Session.open(config, () -> Trainer.split(config, set));
        RunCheckpoints checkpoints =
            new RunCheckpoints(config, store, session, Trainer.Start.at(0), System::nanoTime)) {
      for (int i = 0; i < SAVES; i++) {
        checkpoints.due(i + 1); // waits for the one before
        long wallStart = System.nanoTime();
        long cpuStart = threads.getCurrentThreadCpuTime();
        checkpoints.begin(position(i + 1));
        cpu[i] = (threads.getCurrentThreadCpuTime() - cpuStart) / 1e9;
        wall[i] = (System.nanoTime() - wallStart) / 1e9;
      }
    }
    Arrays.sort(wall);
    Arrays.sort(cpu);
    System.out.printf(
        "a save of WRN-28-2 on the training thread, n = %d: %.4f s (%.4f to %.4f), %.4f CPU s (%.4f to %.4f)%n",
        SAVES, wall[SAVES / 2], wall[0], wall[SAVES - 1], cpu[SAVES / 2], cpu[0], cpu[SAVES - 1]);
    assertThat(cpu[SAVES - 1]).isLessThan(MOST_SHARE * EVERY_SECONDS);
  }

  private static Position position(long step) {
    return new Position(
        step, Map.of(RunDirectory.METRICS, 0L), Position.Clock.ZERO, Double.NaN, List.of());
  }
}
