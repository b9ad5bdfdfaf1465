// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.EventFile;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.TrainMetric;
import dev.secant.lab.train.RunInfo;
import dev.secant.lab.train.TrainListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/** Writes what {@code metrics.jsonl} has as event files of TensorBoard too. */
final class TensorBoard implements TrainListener, AutoCloseable {
  private final Path folder;

  /** What becomes of event files that are there already. */
  enum Earlier {
    REFUSED,
    REPLACED,
    /** Those of the run that is resumed. */
    KEPT
  }

  private final Earlier earlier;
  private final DoubleSupplier clock;
  private EventFile file;

  /**
   * @param clock seconds since 1970
   */
  TensorBoard(Path folder, Earlier earlier, DoubleSupplier clock) {
    this.folder = folder;
    this.earlier = earlier;
    this.clock = clock;
    RunDirectory.check(folder, true);
    List<Path> there = eventFiles();
    if (earlier != Earlier.REFUSED || there.isEmpty()) return;
    throw new UsageException(
        "--tensorboard %s: expected no event files, found %s, which would be shown as one run; --overwrite replaces it"
            .formatted(folder, there.get(0).getFileName()));
  }

  static TensorBoard into(Path folder, Earlier earlier) {
    return new TensorBoard(folder, earlier, () -> System.currentTimeMillis() / 1000.0);
  }

  private List<Path> eventFiles() {
    if (!Files.isDirectory(folder)) return List.of();
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(p -> p.getFileName().toString().startsWith(EventFile.PREFIX))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw IoFailureException.of("cannot list", folder, e);
    }
  }

  @Override
  public void onStart(RunInfo info) {
    try {
      if (earlier == Earlier.REPLACED) for (Path file : eventFiles()) Files.delete(file);
    } catch (IOException e) {
      throw IoFailureException.of("cannot delete event files in", folder, e);
    }
    file = new EventFile(folder, clock.getAsDouble());
  }

  @Override
  public void onLoss(TrainMetric m) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("train/loss", m.loss());
    values.put("train/loss_supervised", m.lossSupervised());
    if (m.lossConsistency() != null) {
      values.put("train/loss_consistency", m.lossConsistency());
      values.put("train/weight", m.weight());
    }
    write(m.step(), values);
  }

  @Override
  public void onEvaluation(EvalMetric m) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("test/accuracy_" + m.weights(), m.accuracy());
    values.put("test/loss_" + m.weights(), m.loss());
    write(m.step(), values);
  }

  @Override
  public void onProbe(ProbeMetric m) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (LayerNonLin l : m.layers())
      values.put("nonlin_" + m.weights() + "/L" + l.layer(), l.nonlin());
    write(m.step(), values);
  }

  private void write(long step, Map<String, Double> values) {
    file.scalars(clock.getAsDouble(), step, values);
  }

  @Override
  public void close() {
    if (file != null) file.close();
  }
}
