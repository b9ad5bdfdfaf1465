// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a WRN-28-2 on CIFAR-10 (SECANT_CIFAR10=DIR) takes until it trains again. */
class ResumeCostTest {
  private static final int TIMES = 3;
  private static final double MOST_SECONDS = 5;
  private static final long PATIENCE_SECONDS = 300;

  @TempDir Path folder;

  private static final double TICKS_PER_SECOND = 100;

  /**
   * Until something is seen.
   *
   * @param wall seconds by the clock
   * @param cpu of the processor, all threads
   * @param main of the processor, the thread that does one thing after the other: what the clock
   *     would say of a machine with nothing else to do
   */
  private record Cost(double wall, double cpu, double main) {}

  private Process start(Path run, String data) throws IOException {
    List<String> words =
        List.of("train", "--resume", run.toString(), "--dataset", "cifar10", "--data", data);
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of("--method", "ict", "--k", "2", "--labels", "250", "--batch", "16"));
    all.addAll(List.of("--steps", "1000", "--test-limit", "16", "--backend", "cpu"));
    all.addAll(List.of("-o", "checkpoint.every-steps=1"));
    return new ProcessBuilder(ChildProgram.command(List.of(), "dev.secant.lab.cli.Main", all))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(err().toFile())
        .start();
  }

  private Path err() {
    return folder.resolve("err");
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static Cost until(Process process, Condition condition) throws Exception {
    long start = System.nanoTime();
    try {
      while (!condition.holds()) {
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(process.isAlive() && seconds < PATIENCE_SECONDS).as("at work").isTrue();
        Thread.sleep(5);
      }
      double wall = (System.nanoTime() - start) / 1e9;
      Path of = Path.of("/proc/" + process.pid());
      return new Cost(wall, cpu(of), cpu(of.resolve("task/" + mainThread(of))));
    } finally {
      process.destroyForcibly();
      process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Java's own main thread is the first that the process starts; the others have names. */
  private static String mainThread(Path process) throws IOException {
    try (Stream<Path> threads = Files.list(process.resolve("task"))) {
      for (Path thread : threads.sorted().toList()) {
        if (thread.endsWith(process.getFileName())) continue;
        if (Files.readString(thread.resolve("comm")).strip().equals("java"))
          return thread.getFileName().toString();
      }
    }
    throw new AssertionError("no thread of that name: " + process);
  }

  /** User's and system's time of a process or a thread. */
  private static double cpu(Path of) throws IOException {
    String stat = Files.readString(of.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  private static boolean holdsCheckpoint(Path run) throws IOException {
    if (!Files.isDirectory(run.resolve("checkpoints"))) return false;
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      return files.anyMatch(f -> f.toString().endsWith(".safetensors"));
    }
  }

  private static String spread(String unit, List<Cost> all, ToDoubleFunction<Cost> of) {
    double[] sorted = all.stream().mapToDouble(of).sorted().toArray();
    return "%.2f %s (%.2f to %.2f)"
        .formatted(sorted[sorted.length / 2], unit, sorted[0], sorted[sorted.length - 1]);
  }

  @Test
  void aRunOnCifar10TrainsAgainWithinSeconds() throws Exception {
    String data = System.getenv("SECANT_CIFAR10");
    Assumptions.assumeTrue(
        data != null && !data.isEmpty(),
        "skipped: SECANT_CIFAR10 does not name a folder of CIFAR-10 binary files");
    Path run = folder.resolve("run");
    Process first = start(run, data);
    until(first, () -> holdsCheckpoint(run));
    List<Cost> costs = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      Process again = start(run, data);
      costs.add(until(again, () -> Files.readString(err()).contains("going on at step ")));
    }
    System.out.printf(
        "resuming on CIFAR-10, n = %d: %s, %s, %s%n",
        TIMES,
        spread("s", costs, Cost::wall),
        spread("CPU s", costs, Cost::cpu),
        spread("CPU s of the main thread", costs, Cost::main));
    // What else runs here has no part in it.
    double[] main = costs.stream().mapToDouble(Cost::main).sorted().toArray();
    assertThat(main[TIMES / 2]).isLessThan(MOST_SECONDS);
  }
}
