// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.train.TrainListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Copies {@code metrics.jsonl} to standard output as it grows, byte for byte. */
final class JsonStream implements TrainListener {
  private final Console console;
  private final Path metrics;
  private long copied;

  JsonStream(Console console, Path metrics) {
    this.console = console;
    this.metrics = metrics;
  }

  @Override
  public void onEvaluation(EvalMetric metric) {
    copy();
  }

  @Override
  public void onProbe(ProbeMetric metric) {
    copy();
  }

  /** Writes what has been added since the last call. */
  void copy() {
    try (SeekableByteChannel in = Files.newByteChannel(metrics)) {
      in.position(copied);
      ByteBuffer rest = ByteBuffer.allocate(Math.toIntExact(in.size() - copied));
      while (rest.hasRemaining() && in.read(rest) >= 0) {}
      console.out().write(rest.array(), 0, rest.position());
      console.out().flush();
      copied += rest.position();
    } catch (IOException e) {
      throw IoFailureException.of("cannot read", metrics, e);
    }
  }
}
