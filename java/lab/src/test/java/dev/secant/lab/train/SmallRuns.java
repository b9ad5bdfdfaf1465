// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.lab.config.ConfigResolver;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.data.FolderWriter;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.metrics.MetricsReader;
import dev.secant.lab.metrics.RunDirectory;
import dev.secant.lab.metrics.TimingMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Whole runs on a folder of a few small images: starting one takes no time. */
public final class SmallRuns {
  private SmallRuns() {}

  /** Writes the images of 8 × 8: 60 to train on, 20 to measure on. */
  public static Path images(Path folder) {
    return images(folder, 20);
  }

  /** As many to measure on as one likes: that takes longer then. */
  public static Path images(Path folder, int test) {
    FolderWriter.write(TinyTraining.images(8, test), folder);
    return folder;
  }

  /**
   * {@code key=value} of a WRN-10-1 with batch 4, 12 steps, evaluations every 4, probes every 6.
   */
  public static List<String> options(Path images, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "dataset=folder",
                "data=" + images,
                "depth=10",
                "width=1",
                "batch=4",
                "labels=15",
                "steps=12",
                "eval-every=4",
                "probe-every=6",
                "log-every=2",
                "backend=cpu",
                "threads=1"));
    all.addAll(List.of(more));
    return all;
  }

  static RunConfig config(Path images, Path out, String... more) {
    ConfigResolver resolver = new ConfigResolver(1);
    options(images, more).forEach(resolver::override);
    return resolver.override("out=" + out).resolve().config();
  }

  /** The files of a run that was stopped and resumed are those of one in one piece, but times. */
  public static void requireEqual(Path found, Path expected) throws IOException {
    for (String name : List.of("model.safetensors", "metrics.jsonl", "split.json")) {
      assertThat(Files.mismatch(found.resolve(name), expected.resolve(name)))
          .as(name)
          .isEqualTo(-1);
    }
    assertThat(summary(found)).isEqualTo(summary(expected));
    assertThat(timedSteps(found)).isEqualTo(timedSteps(expected));
    assertThat(names(found)).as("nothing is left over").isEqualTo(names(expected));
  }

  private static ObjectNode summary(Path run) {
    ObjectNode summary = (ObjectNode) Json.read(run.resolve("summary.json"));
    assertThat(summary.remove("seconds").doubleValue()).isPositive();
    assertThat(summary.remove("images_per_second").doubleValue()).isPositive();
    summary.remove("energy_joules");
    return summary;
  }

  private static List<Long> timedSteps(Path run) {
    List<TimingMetric> all = MetricsReader.readTiming(new RunDirectory(run).timing());
    assertThat(all)
        .as("time goes on")
        .isSortedAccordingTo((a, b) -> Double.compare(a.seconds(), b.seconds()));
    return all.stream().map(TimingMetric::step).toList();
  }

  static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }
}
