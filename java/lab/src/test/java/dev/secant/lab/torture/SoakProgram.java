// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import dev.secant.lab.Trees;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.train.SmallRuns;
import dev.secant.lab.train.TrainListener;
import dev.secant.lab.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Trains tiny networks, two at a time, until it is ended, and after each two writes a line about
 * this process: seconds, runs, failures, resident bytes, descriptors.
 */
public final class SoakProgram {
  private static final int AT_ONCE = 2;

  private static final List<List<String>> METHODS =
      List.of(List.of("method=erm"), List.of("method=mixup"), List.of("method=ict", "k=2"));

  private SoakProgram() {}

  /**
   * @param words folder of images, folder to work in
   */
  public static void main(String[] words) throws Exception {
    Path images = Path.of(words[0]);
    Path folder = Path.of(words[1]);
    long start = System.nanoTime();
    ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
    long runs = 0;
    long failures = 0;
    while (true) {
      List<Future<?>> two = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++, runs++) {
        List<String> method = METHODS.get((int) (runs % METHODS.size()));
        Path out = folder.resolve("run-" + runs);
        two.add(pool.submit(() -> train(images, out, method)));
      }
      for (Future<?> one : two) {
        try {
          one.get();
        } catch (java.util.concurrent.ExecutionException e) {
          failures++;
          System.err.println(e.getCause());
        }
      }
      System.out.println(
          Json.MAPPER
              .createObjectNode()
              .put("seconds", (System.nanoTime() - start) / 1e9)
              .put("runs", runs)
              .put("failures", failures)
              .put("resident", resident())
              .put("descriptors", descriptors()));
    }
  }

  private static Void train(Path images, Path out, List<String> method) throws IOException {
    List<String> options = SmallRuns.options(images, method.toArray(String[]::new));
    ConfigResolver resolver = new ConfigResolver(1);
    options.forEach(resolver::override);
    resolver.override("checkpoint.every-steps=5");
    RunConfig config = resolver.override("out=" + out).resolve().config();
    Trainer.run(config, new TrainListener() {});
    Trees.delete(out);
    return null;
  }

  private static long resident() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      String line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
      return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count() - 1; // the one that reads the list
    }
  }
}
