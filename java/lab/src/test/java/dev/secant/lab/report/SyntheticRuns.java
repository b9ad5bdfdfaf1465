// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.ConfigYaml;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.config.Word;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Run folders with invented numbers. */
public final class SyntheticRuns {
  static final List<String> METHODS = List.of("erm", "mixup", "ict 2", "ict 4");

  private SyntheticRuns() {}

  /** Four runs on made images, as a quickstart leaves them. */
  public static List<Path> write(Path folder) throws IOException {
    List<Path> runs = new ArrayList<>();
    for (int i = 0; i < METHODS.size(); i++)
      runs.add(write(folder.resolve("run" + i), resolver(METHODS.get(i)), i, false));
    return runs;
  }

  static ConfigResolver resolver(String method) {
    String[] words = method.split(" ");
    ConfigResolver resolver = new ConfigResolver(2).flag("method", words[0]).flag("steps", "400");
    return words.length > 1 ? resolver.flag("k", words[1]) : resolver;
  }

  /**
   * Five methods and some seeds on what calls itself CIFAR-10, at each size and reading.
   *
   * @return the number of runs
   */
  public static int grid(
      Path folder, List<Integer> sizes, List<String> readings, int seeds, boolean lossy)
      throws IOException {
    int count = 0;
    List<String> methods = List.of("erm", "mixup", "ict 2", "ict 3", "ict 4");
    for (int size : sizes) {
      for (int m = 0; m < methods.size(); m++) {
        for (String reading : m < 2 ? readings.subList(0, 1) : readings) {
          for (int seed = 0; seed < seeds; seed++) {
            ConfigResolver resolver = cifar10(methods.get(m), size, seed).flag("reading", reading);
            String name =
                methods.get(m).replace(" ", "") + "-" + reading + "-" + size + "-s" + seed;
            write(folder.resolve("cells/" + name), resolver, m, lossy);
            count++;
          }
        }
      }
    }
    return count;
  }

  /** 300 runs with 51 probes each, as many as the paper's grid has. */
  public static void paper(Path folder) throws IOException {
    List<Integer> sizes = List.of(250, 500, 1000, 2000, 4000);
    int count = 0;
    // The seeds of the second half are those of the first, on images that are lossy.
    for (boolean lossy : new boolean[] {false, true})
      count += grid(folder.resolve("lossy-" + lossy), sizes, List.of("paper"), 6, lossy);
    if (count != 300) throw new IllegalStateException(count + " runs");
  }

  static ConfigResolver cifar10(String method, int labels, int seed) {
    return resolver(method)
        .flag("dataset", "cifar10")
        .flag("data", "/not/read")
        .flag("labels", Integer.toString(labels))
        .flag("seed", Integer.toString(seed));
  }

  static Path write(Path run, ConfigResolver resolver, int index, boolean lossy)
      throws IOException {
    Files.createDirectories(run);
    RunConfig config = resolver.resolve().config();
    Files.writeString(run.resolve("config.yaml"), ConfigYaml.write(config));
    Files.writeString(run.resolve("metrics.jsonl"), metrics(config, index));
    Files.writeString(run.resolve("summary.json"), summary(config, index, lossy));
    return run;
  }

  private static String summary(RunConfig c, int index, boolean lossy) {
    return String.format(
        Locale.ROOT,
        "{\"dataset\":\"%s\",\"labels\":%d,\"k\":%d,\"seed\":%d,\"accuracy\":0.5,\"lossy\":%s,\"revision\":\"0123456789ab\","
            + "\"data_hash\":\"%s\",\"split_hash\":\"s%d-%d\",\"pairs_hash\":\"x\",\"backend\":\"cpu\",\"host\":\"a machine\","
            + "\"seconds\":%d.5}",
        Word.of(c.data().dataset()),
        c.data().labels(),
        c.method().k(),
        c.run().seed(),
        lossy,
        lossy ? "e" : "d",
        c.data().labels(),
        c.run().seed(),
        50 + index);
  }

  private static String metrics(RunConfig config, int index) {
    StringBuilder lines = new StringBuilder();
    double shift = 0.03 * Math.log(config.data().labels() / 250.0) + 0.002 * config.run().seed();
    for (int i = 0; i <= 100; i++) {
      lines.append(train(i)).append(eval(i, "ema", 0.1 + 0.004 * i + 0.01 * index + shift));
      lines.append(eval(i, "raw", 0.99));
      if (i % 2 == 0) lines.append(probe(i, index, config.run().seed()));
    }
    return lines.toString();
  }

  private static String train(int i) {
    return "{\"type\":\"train\",\"step\":"
        + 4 * i
        + ",\"loss\":1.0,\"loss_supervised\":1.0,"
        + "\"loss_consistency\":null,\"weight\":0.0}\n";
  }

  private static String eval(int i, String weights, double accuracy) {
    return String.format(
        Locale.ROOT,
        "{\"type\":\"eval\",\"step\":%d,\"train_time\":%d,\"weights\":\"%s\",\"accuracy\":%s,\"loss\":1.5}%n",
        4 * i,
        10 * i,
        weights,
        accuracy);
  }

  private static String probe(int i, int index, long seed) {
    StringBuilder text = new StringBuilder();
    text.append("{\"type\":\"probe\",\"step\":")
        .append(4 * i)
        .append(",\"train_time\":")
        .append(10 * i);
    text.append(",\"weights\":\"ema\",\"k\":2,\"alpha\":0.5,\"pairs_hash\":\"x\",\"layers\":[");
    for (int layer = 0; layer < 6; layer++) {
      double nonlin = nonlin(i, index, layer, seed);
      text.append(layer == 0 ? "" : ",").append("{\"layer\":").append(layer);
      text.append(",\"nonlin\":").append(nonlin).append(rest(nonlin));
    }
    return text.append("]}\n").toString();
  }

  static double nonlin(int i, int index, int layer, long seed) {
    double wobble = 0.01 * Math.sin(i * 0.7 + layer + 2 * index + 1.3 * seed);
    return 0.15 + 0.06 * layer * Math.exp(-0.012 * i * (index + 1)) + 0.02 * index + wobble;
  }

  private static String rest(double nonlin) {
    return ",\"stderr\":0.01,\"sum\":9.0,\"nonlin_squared\":0.1,\"floor\":"
        + nonlin / 2
        + ",\"relative\":0.2,\"one_minus_cos\":0.3}";
  }
}
