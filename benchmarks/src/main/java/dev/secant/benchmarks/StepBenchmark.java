// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.Word;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.probe.ProbeRunner;
import dev.secant.lab.train.TrainingRig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Times whole training steps of the CPU backend, mixing to EMA, on 32×32 images, or the forward
 * pass of an evaluation on as many images, and prints one JSON object.
 *
 * <p>Options with their defaults: {@code --method erm --k 1 --depth 28 --width 2 --batch 128
 * --threads 2 --warmup 3 --steps 20 --precision fp32 --what step|forward}.
 */
public final class StepBenchmark {
  private StepBenchmark() {}

  public static void main(String[] words) throws IOException {
    Map<String, String> options = options(words);
    RunConfig config = config(options);
    double loadBefore = load();
    try (Backend backend =
            Backends.create(
                "cpu", BackendOptions.of(config.run().threads(), config.run().device()));
        TrainingRig rig = new TrainingRig(backend, config, MadeImages.standard())) {
      boolean forward = options.get("what").equals("forward");
      double[] seconds = forward ? forward(rig, options) : steps(rig, options);
      Arrays.sort(seconds);
      print(options.get("what"), config, backend, seconds, loadBefore);
    }
  }

  private static double[] steps(TrainingRig rig, Map<String, String> options) {
    for (int i = 0; i < integer(options, "warmup"); i++) rig.step().run();
    double[] seconds = new double[integer(options, "steps")];
    for (int i = 0; i < seconds.length; i++) {
      long start = System.nanoTime();
      rig.step().run();
      seconds[i] = (System.nanoTime() - start) / 1e9;
    }
    return seconds;
  }

  /** An evaluation of the test images takes several passes: of one batch is a share of it. */
  private static double[] forward(TrainingRig rig, Map<String, String> options) {
    ProbeRunner runner = rig.evaluation();
    double share = (double) integer(options, "batch") / MadeImages.TEST;
    for (int i = 0; i < integer(options, "warmup"); i++) runner.evaluate();
    double[] seconds = new double[integer(options, "steps")];
    for (int i = 0; i < seconds.length; i++) {
      long start = System.nanoTime();
      runner.evaluate();
      seconds[i] = (System.nanoTime() - start) / 1e9 * share;
    }
    return seconds;
  }

  private static Map<String, String> options(String[] words) {
    Map<String, String> options =
        new HashMap<>(
            Map.of(
                "method",
                "erm",
                "k",
                "1",
                "depth",
                "28",
                "width",
                "2",
                "batch",
                "128",
                "threads",
                "2",
                "warmup",
                "3",
                "steps",
                "20",
                "precision",
                "fp32"));
    options.put("what", "step");
    for (int i = 0; i + 1 < words.length; i += 2) {
      String key = words[i].replaceFirst("^--", "");
      if (options.replace(key, words[i + 1]) == null) {
        throw new IllegalArgumentException(
            "unknown option " + words[i] + "; there are " + options.keySet());
      }
    }
    return options;
  }

  private static int integer(Map<String, String> options, String key) {
    return Integer.parseInt(options.get(key));
  }

  private static RunConfig config(Map<String, String> options) {
    ConfigResolver resolver = new ConfigResolver();
    for (String key :
        new String[] {"method", "k", "depth", "width", "batch", "threads", "precision"}) {
      resolver.flag(key, options.get(key));
    }
    return resolver.flag("steps", "1000").flag("test-limit", "0").resolve().config();
  }

  private static void print(
      String what, RunConfig c, Backend backend, double[] sorted, double loadBefore)
      throws IOException {
    double median = quantile(sorted, 0.5);
    System.out.printf(
        Locale.ROOT,
        "{\"program\":\"Secant %s %s %d %s\",\"depth\":%d,\"width\":%d,\"batch\":%d,\"threads\":%d,\"steps\":%d,"
            + "\"median_seconds\":%.5f,\"p10_seconds\":%.5f,\"p90_seconds\":%.5f,\"images_per_second\":%.1f,"
            + "\"load_before\":%.2f,\"load_after\":%.2f,\"backend\":\"%s\"}%n",
        what,
        c.method().kind().name().toLowerCase(Locale.ROOT),
        c.method().k(),
        Word.of(c.run().device().arithmetic()),
        c.net().depth(),
        c.net().width(),
        c.optim().batch(),
        c.run().threads(),
        sorted.length,
        median,
        quantile(sorted, 0.1),
        quantile(sorted, 0.9),
        c.optim().batch() / median,
        loadBefore,
        load(),
        backend.description());
  }

  private static double quantile(double[] sorted, double q) {
    return sorted[(int) Math.round(q * (sorted.length - 1))];
  }

  private static double load() throws IOException {
    String text = Files.readString(Path.of("/proc/loadavg"));
    return Double.parseDouble(text.substring(0, text.indexOf(' ')));
  }
}
