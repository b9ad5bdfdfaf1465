// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks;

import dev.secant.backend.Backend;
import dev.secant.backend.BackendOptions;
import dev.secant.backend.Backends;
import dev.secant.backend.Normalisation;
import dev.secant.backend.Plan;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.data.ResidentSet;
import dev.secant.lab.data.Split;
import dev.secant.lab.train.Model;
import dev.secant.lab.train.TrainStep;
import dev.secant.lab.train.TrainingData;
import dev.secant.nn.Initialiser;
import dev.secant.nn.WideResNetSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Times whole training steps, mixing to EMA, on the CPU backend and prints one JSON object.
 *
 * <p>Arguments: METHOD K BATCH WARMUP STEPS THREADS, for instance {@code erm 1 128 5 30 2}; WRN-28-2 on 32×32 images.
 */
public final class StepBenchmark {
  private StepBenchmark() {}

  public static void main(String[] a) throws Exception {
    if (a.length != 6) {
      throw new IllegalArgumentException("expected METHOD K BATCH WARMUP STEPS THREADS, got " + Arrays.toString(a));
    }
    int warmup = Integer.parseInt(a[3]);
    int steps = Integer.parseInt(a[4]);
    int threads = Integer.parseInt(a[5]);
    RunConfig config =
        new ConfigResolver()
            .flag("method", a[0])
            .flag("k", a[1])
            .flag("batch", a[2])
            .flag("steps", "1000")
            .resolve()
            .config();
    String loadBefore = load();
    try (Backend backend = Backends.resolve("cpu").create(BackendOptions.threads(threads))) {
      TrainStep step = plan(backend, config);
      for (int i = 0; i < warmup; i++) step.run();
      double[] millis = new double[steps];
      for (int i = 0; i < steps; i++) {
        long start = System.nanoTime();
        step.run();
        millis[i] = (System.nanoTime() - start) / 1e6;
      }
      print(a, backend, millis, loadBefore);
    }
  }

  private static TrainStep plan(Backend backend, RunConfig config) {
    ImageSet set = MadeImages.standard();
    Split split = Split.draw(set, 250, 0, false, false);
    Plan plan = backend.newPlan();
    WideResNetSpec spec =
        new WideResNetSpec(28, 2, 32, 32, 3, set.classes(), false, config.bn().eps());
    Model model = new Model(plan, spec);
    Initialiser.initialise(model.raw(), 0);
    model.ema().flat().copyFrom(model.raw().flat());
    ResidentSet resident = ResidentSet.upload(plan::tensor, set, split, 100);
    TrainingData data =
        new TrainingData(resident.train(), Normalisation.unit(3), resident.labelled(), resident.unlabelled());
    return new TrainStep(plan, config, model, data);
  }

  private static void print(String[] a, Backend backend, double[] millis, String loadBefore) throws Exception {
    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    double median = quantile(sorted, 0.5);
    System.out.printf(
        Locale.ROOT,
        "{\"name\":\"secant\",\"method\":\"%s\",\"k\":%s,\"batch\":%s,\"n\":%d,\"median_ms\":%.2f,\"p10_ms\":%.2f,"
            + "\"p90_ms\":%.2f,\"images_per_second\":%.1f,\"load_before\":\"%s\",\"load_after\":\"%s\",\"versions\":\"%s\"}%n",
        a[0],
        a[1],
        a[2],
        millis.length,
        median,
        quantile(sorted, 0.1),
        quantile(sorted, 0.9),
        1000 * Integer.parseInt(a[2]) / median,
        loadBefore,
        load(),
        backend.description());
  }

  private static double quantile(double[] sorted, double q) {
    return sorted[(int) Math.round(q * (sorted.length - 1))];
  }

  private static String load() throws Exception {
    String text = Files.readString(Path.of("/proc/loadavg"));
    return text.substring(0, text.indexOf(' '));
  }
}
