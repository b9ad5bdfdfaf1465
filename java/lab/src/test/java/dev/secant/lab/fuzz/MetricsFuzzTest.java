// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.LastLine;
import dev.secant.lab.metrics.LockOwner;
import dev.secant.lab.metrics.Metric;
import dev.secant.lab.metrics.MetricsParsers;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.MetricsWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of JSON lines. The first byte says whether the rest is {@code metrics.jsonl}, the same
 * packed, {@code timing.jsonl}, or one of them from which a run is resumed: two bytes for the
 * length that its checkpoint says, then the file. The rest is tried as a {@code lock} too.
 */
class MetricsFuzzTest {
  private static final Metric LINE = new EvalMetric(7, 0.5, "ema", 0.25, 1.5);

  @TempDir static Path folder;

  @FuzzTest
  void reads(byte[] input) throws IOException {
    if (input.length < 3) return;
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    switch (input[0] & 3) {
      case 0 -> metrics(Hostile.write(folder.resolve("metrics.jsonl"), rest));
      case 1 -> metrics(Hostile.write(folder.resolve("metrics.jsonl.gz"), rest));
      case 2 -> timing(Hostile.write(folder.resolve("timing.jsonl"), rest));
      default -> resume(rest);
    }
    lock(new String(rest, StandardCharsets.UTF_8));
  }

  private static void metrics(Path file) throws IOException {
    List<Metric> found = new ArrayList<>();
    Hostile.offer(ExitCode.DATA, file.toString(), () -> MetricsReader.stream(file, found::add))
        .ifPresent(halfWritten -> requireRoundTrip(found));
    Hostile.offer(ExitCode.DATA, file.toString(), () -> LastLine.of(file));
  }

  private static void requireRoundTrip(List<Metric> metrics) {
    Path again = folder.resolve("again.jsonl");
    try {
      Files.deleteIfExists(again);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    try (MetricsWriter writer = new MetricsWriter(again)) {
      metrics.forEach(writer::write);
    }
    Hostile.same(metrics, MetricsReader.read(again), "metrics");
  }

  private static void timing(Path file) {
    Hostile.offer(ExitCode.DATA, file.toString(), () -> MetricsReader.readTiming(file));
    Hostile.offer(ExitCode.DATA, file.toString(), () -> LastLine.of(file));
  }

  /** What lies before the length stays, and the next line follows at once. */
  private static void resume(byte[] rest) {
    int length = (rest[0] & 255) << 8 | rest[1] & 255;
    byte[] before = Arrays.copyOfRange(rest, 2, rest.length);
    Path file = Hostile.write(folder.resolve("resumed.jsonl"), before);
    Hostile.offer(
            ExitCode.DATA,
            file.toString(),
            () -> {
              MetricsParsers.resume(file, length, LINE);
              return Hostile.read(file);
            })
        .ifPresent(
            after -> {
              byte[] line = (MetricsWriter.toJson(LINE) + "\n").getBytes(StandardCharsets.UTF_8);
              Hostile.require(after.length == length + line.length, "another length");
              Hostile.require(
                  Arrays.equals(before, 0, length, after, 0, length)
                      && Arrays.equals(line, 0, line.length, after, length, after.length),
                  "other lines");
            });
  }

  private static void lock(String text) {
    LockOwner owner = LockOwner.parse(text);
    if (owner == null) return;
    Hostile.same(owner, LockOwner.parse(owner.toJson()), "owner");
    boolean line = owner.describe().chars().noneMatch(Character::isISOControl);
    Hostile.require(line, "an owner that is no line");
    owner.isGone(LockOwner.self());
  }
}
