// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.torture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.secant.lab.metrics.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The fuzz targets of the kernels and of the readers, each for its part of the time. */
public final class FuzzPhase implements Phase {
  private static final String WHAT = "executions on made inputs";
  private static final List<String> SCRIPTS = List.of("native/fuzz.sh", "java/lab/fuzz.sh");

  /** What a script answers where its tool is not installed. */
  private static final int TOOL_MISSING = 4;

  private final Path root;
  private final Path folder;

  /** A target of a script, and what a first second of it found. */
  private record Target(Path script, String name, JsonNode first) {}

  /**
   * @param root of the source tree
   */
  public FuzzPhase(Path root, Path folder) {
    this.root = root;
    this.folder = folder;
  }

  @Override
  public String name() {
    return "fuzz";
  }

  @Override
  public int share() {
    return 20;
  }

  @Override
  public List<Outcome> run(Budget budget) throws Exception {
    Files.createDirectories(folder);
    List<Outcome> outcomes = new ArrayList<>();
    List<Target> targets = new ArrayList<>();
    for (String script : SCRIPTS) targets.addAll(targets(script, budget, outcomes));
    for (int i = 0; i < targets.size() && !budget.isStopped(); i++) {
      double seconds = Math.max(1, Math.floor(budget.left() / (targets.size() - i)));
      outcomes.add(run(targets.get(i), (long) seconds, budget));
      budget.say().accept("%d of %d targets".formatted(i + 1, targets.size()));
    }
    return outcomes;
  }

  /** A second of each target shows which there are. */
  private List<Target> targets(String name, Budget budget, List<Outcome> outcomes)
      throws IOException, InterruptedException {
    Path script = root.resolve(name);
    String label = name() + " " + name;
    if (!Files.isExecutable(script)) {
      outcomes.add(Outcome.notRun(label, WHAT, "no such script"));
      return List.of();
    }
    Call call = call(budget, script, "--seconds", "1");
    if (call.code == TOOL_MISSING) {
      outcomes.add(Outcome.notRun(label, WHAT, call.lastError()));
      return List.of();
    }
    List<Target> targets = new ArrayList<>();
    for (JsonNode line : call.results)
      targets.add(new Target(script, line.get("target").textValue(), line));
    boolean broken = targets.isEmpty() || call.code > 1;
    if (broken && !budget.isStopped()) outcomes.add(failed(label, call, budget));
    return targets;
  }

  private Outcome run(Target target, long seconds, Budget budget)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    Call call =
        call(budget, target.script, "--seconds", Long.toString(seconds), "--target", target.name);
    double took = (System.nanoTime() - start) / 1e9;
    long executions = target.first.path("executions").longValue();
    long findings = target.first.path("findings").longValue();
    for (JsonNode line : call.results) {
      executions += line.path("executions").longValue();
      findings += line.path("findings").longValue();
    }
    String label = name() + " " + target.name;
    if (call.results.isEmpty() && !budget.isStopped()) return failed(label, call, budget);
    String note = findings == 0 ? "" : call.errors + " says what was found";
    return new Outcome(label, WHAT, executions, took, findings, note, Map.of());
  }

  private static Outcome failed(String label, Call call, Budget budget) {
    String note = "exit code %d: %s (%s)".formatted(call.code, call.lastError(), call.errors);
    return new Outcome(label, WHAT, 0, budget.elapsed(), 1, note, Map.of());
  }

  /** A call of a script, at its end. */
  private record Call(int code, List<JsonNode> results, Path errors) {
    String lastError() {
      try {
        List<String> lines = Files.readAllLines(errors);
        return lines.isEmpty() ? "it says nothing" : lines.get(lines.size() - 1).strip();
      } catch (IOException e) {
        return e.toString();
      }
    }
  }

  private Call call(Budget budget, Path script, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(words));
    Path out = Files.createTempFile(folder, "out", ".jsonl");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    budget.await(process);
    List<JsonNode> results = new ArrayList<>();
    for (String line : Files.readAllLines(out)) {
      JsonNode node = parse(line);
      if (node != null && node.hasNonNull("target")) results.add(node);
    }
    return new Call(process.exitValue(), results, err);
  }

  private static JsonNode parse(String line) {
    try {
      return Json.MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
