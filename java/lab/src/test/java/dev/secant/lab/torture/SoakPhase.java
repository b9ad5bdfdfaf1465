// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.cli.ChildProgram;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.train.SmallRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * One process that trains tiny networks, two at a time: neither its memory nor its descriptors grow
 * once it is warm, and no run fails.
 */
public final class SoakPhase implements Phase {
  private static final String WHAT =
      "runs in one process, two at a time, memory and descriptors flat";

  /** Growth of resident memory that is noise. */
  private static final double MOST_GROWTH = 0.02;

  /** Too few samples to tell growth from a start. */
  private static final int LEAST_SAMPLES = 60;

  private final Path folder;

  /** What the process said after two runs. */
  record Sample(double seconds, long runs, long failures, long resident, long descriptors) {
    static Sample of(JsonNode line) {
      return new Sample(
          line.get("seconds").doubleValue(),
          line.get("runs").longValue(),
          line.get("failures").longValue(),
          line.get("resident").longValue(),
          line.get("descriptors").longValue());
    }
  }

  public SoakPhase(Path folder) {
    this.folder = folder;
  }

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public int share() {
    return 20;
  }

  @Override
  public List<Outcome> run(Budget budget) throws Exception {
    Path images = SmallRuns.images(folder.resolve("images"));
    Path lines = folder.resolve("samples.jsonl");
    Path errors = folder.resolve("errors");
    Path work = Files.createDirectories(folder.resolve("runs"));
    // A heap that is resident from the start: what grows is something else.
    List<String> options = List.of("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch");
    ProcessBuilder builder =
        new ProcessBuilder(
            ChildProgram.command(
                options, SoakProgram.class.getName(), List.of(images.toString(), work.toString())));
    Process process = builder.redirectOutput(lines.toFile()).redirectError(errors.toFile()).start();
    int early = 0;
    try {
      while (process.isAlive() && !budget.isOver()) budget.sleep(500);
      // A terminal tells both to stop, in either order.
      if (!process.isAlive()) budget.sleep(1000);
      if (!process.isAlive() && !budget.isStopped()) early = 1;
    } finally {
      process.destroyForcibly().waitFor();
    }
    return List.of(judge(samples(lines), early, firstLine(errors), budget.elapsed()));
  }

  private static List<Sample> samples(Path file) throws IOException {
    List<Sample> samples = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    // The last one may have been cut off.
    for (String line : lines)
      if (line.endsWith("}")) samples.add(Sample.of(Json.MAPPER.readTree(line)));
    return samples;
  }

  private static String firstLine(Path errors) throws IOException {
    return Files.readAllLines(errors).stream().findFirst().orElse("");
  }

  /**
   * Of the samples the first third is warm-up; the second and the last are compared.
   *
   * @param early 1 where the process ended by itself
   */
  Outcome judge(List<Sample> samples, int early, String error, double seconds) {
    int count = samples.size();
    Sample last = count == 0 ? new Sample(0, 0, 0, 0, 0) : samples.get(count - 1);
    long failures = last.failures() + early;
    List<String> notes = new ArrayList<>();
    if (early > 0) notes.add("the process ended by itself");
    if (failures > 0) notes.add(error);
    if (count < LEAST_SAMPLES) {
      notes.add("growth not judged: %d samples, needed are %d".formatted(count, LEAST_SAMPLES));
      return outcome(last, seconds, failures, notes, Map.of("samples", count));
    }
    List<Sample> middle = samples.subList(count / 3, 2 * count / 3);
    List<Sample> end = samples.subList(2 * count / 3, count);
    double before = median(middle, Sample::resident);
    double growth = median(end, Sample::resident) / before - 1;
    double descriptors = median(end, Sample::descriptors) - median(middle, Sample::descriptors);
    notes.add(
        "resident %.1f MB, growth %+.2f %%; descriptors %d, growth %+.0f"
            .formatted(before / 1e6, 100 * growth, last.descriptors(), descriptors));
    if (growth > MOST_GROWTH) failures++;
    if (descriptors > 0) failures++;
    Map<String, Number> figures =
        Map.of(
            "samples", count,
            "resident_bytes", before,
            "resident_growth", growth,
            "descriptors", last.descriptors(),
            "descriptors_growth", descriptors);
    return outcome(last, seconds, failures, notes, figures);
  }

  private Outcome outcome(
      Sample last, double seconds, long failures, List<String> notes, Map<String, Number> figures) {
    String note = String.join("; ", notes);
    return new Outcome(name(), WHAT, last.runs(), seconds, failures, note, figures);
  }

  private static double median(List<Sample> samples, ToLongFunction<Sample> of) {
    long[] sorted = samples.stream().mapToLong(of).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2.0;
  }
}
