// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.report;

import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.ConfigYaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Run folders with invented numbers. */
final class SyntheticRuns {
  static final List<String> METHODS = List.of("erm", "mixup", "ict 2", "ict 4");

  private static final String REST =
      ",\"stderr\":0.01,\"sum\":9.0,\"nonlin_squared\":0.1,\"floor\":0.1,\"relative\":0.2,\"one_minus_cos\":0.3}";

  private SyntheticRuns() {}

  static List<Path> write(Path folder) throws IOException {
    List<Path> runs = new java.util.ArrayList<>();
    for (int i = 0; i < METHODS.size(); i++)
      runs.add(write(folder.resolve("run" + i), METHODS.get(i), i));
    return runs;
  }

  private static Path write(Path run, String method, int index) throws IOException {
    Files.createDirectories(run);
    String[] words = method.split(" ");
    ConfigResolver resolver = new ConfigResolver(2).flag("method", words[0]).flag("steps", "400");
    if (words.length > 1) resolver.flag("k", words[1]);
    Files.writeString(run.resolve("config.yaml"), ConfigYaml.write(resolver.resolve().config()));
    Files.writeString(run.resolve("metrics.jsonl"), metrics(index));
    Files.writeString(
        run.resolve("split.json"), "{\"class_counts\":[25,25,25,25,25,25,25,25,25,25]}");
    Files.writeString(
        run.resolve("summary.json"),
        "{\"accuracy\":0.5,\"lossy\":false,\"revision\":\"0123456789ab\",\"seconds\":"
            + (50 + index)
            + ".5}");
    return run;
  }

  private static String metrics(int index) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i <= 100; i++) {
      lines.append(train(i)).append(eval(i, "ema", 0.1 + 0.004 * i + 0.01 * index));
      lines.append(eval(i, "raw", 0.99));
      if (i % 2 == 0) lines.append(probe(i, index));
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

  private static String probe(int i, int index) {
    StringBuilder text = new StringBuilder();
    text.append("{\"type\":\"probe\",\"step\":")
        .append(4 * i)
        .append(",\"train_time\":")
        .append(10 * i);
    text.append(",\"weights\":\"ema\",\"k\":2,\"alpha\":0.5,\"pairs_hash\":\"x\",\"layers\":[");
    for (int layer = 0; layer < 6; layer++) {
      double wobble = 0.01 * Math.sin(i * 0.7 + layer + 2 * index);
      double nonlin =
          0.15 + 0.06 * layer * Math.exp(-0.012 * i * (index + 1)) + 0.02 * index + wobble;
      text.append(layer == 0 ? "" : ",").append("{\"layer\":").append(layer);
      text.append(",\"nonlin\":").append(nonlin).append(REST);
    }
    return text.append("]}\n").toString();
  }
}
