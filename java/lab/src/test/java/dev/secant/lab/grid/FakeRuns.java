// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.train.BuildInfo;
import dev.secant.lab.train.TrainListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Run folders without training. */
final class FakeRuns implements CellTrainer {
  /** Four cells: ERM and ICT[2], two seeds each. */
  static final String GRID =
      """
      dataset: made
      method: [erm, ict2]
      seed: [0, 1]
      steps: 10
      backend: cpu
      """;

  /** What it was asked to train, in order. */
  final List<RunConfig> trained = new ArrayList<>();

  static Grid grid() {
    return Grid.of("test", GridSource.parse("test.yaml", GRID));
  }

  static Place place() {
    return new Place(new DataFolders(null, false), 1, null);
  }

  @Override
  public void train(RunConfig config, TrainListener listener) {
    trained.add(config);
    begin(config, 5);
    listener.onStep(5, 10, 1.0, 10);
    end(config.run().out());
  }

  /** The folder of a run that has made so many steps. */
  static RunDirectory begin(RunConfig config, long step) {
    RunDirectory run = RunDirectory.create(config.run().out(), true);
    write(run.config(), ConfigYaml.write(config));
    write(run.metrics(), "{\"type\":\"train\",\"step\":" + step + "}\n{\"type\":\"tra");
    write(run.timing(), "{\"step\":" + step + ",\"seconds\":20.0,\"images_per_second\":1.0}\n");
    return run;
  }

  static RunDirectory begin(GridFolder folder, Cell cell, long step) {
    return begin(cell.configIn(folder.cell(cell), place()).config(), step);
  }

  static void end(Path run) {
    end(run, BuildInfo.programVersion(), "0123456789ab");
  }

  static void end(Path run, String version, String revision) {
    write(
        new RunDirectory(run).summary(),
        "{\"accuracy\":0.5,\"seconds\":40.0,\"revision\":\"%s\",\"versions\":{\"secant\":\"%s\"}}"
            .formatted(revision, version));
  }

  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
