// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.secant.lab.data.FolderWriter;
import dev.secant.lab.data.ImageSet;
import dev.secant.lab.data.MadeImages;
import dev.secant.lab.train.SmallRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole program in a process of its own: what scripts and schedulers see of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProgramTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_SECONDS = 60;

  /** Time that a process has to answer a signal. */
  private static final long PROMPT_SECONDS = 8;

  @TempDir static Path folder;
  private static Path images;
  private Path run;
  private Result trained;

  private record Result(int code, String out, String err) {
    List<String> outLines() {
      return out.lines().toList();
    }
  }

  // ---- processes -------------------------------------------------------------------------------

  private static ProcessBuilder builder(String... words) {
    ProcessBuilder builder = new ProcessBuilder(ChildProgram.command(List.of(words)));
    builder.redirectOutput(temporary().toFile()).redirectError(temporary().toFile());
    return builder;
  }

  private static Path temporary() {
    try {
      return Files.createTempFile(folder, "stream", ".txt");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Result secant(String... words) {
    return finish(builder(words));
  }

  private static Result finish(ProcessBuilder builder) {
    try {
      return await(builder.start(), builder, PATIENCE_SECONDS);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Result await(Process process, ProcessBuilder builder, long seconds) {
    try {
      boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
      if (!ended) process.destroyForcibly();
      assertThat(ended).as("ended within %d s", seconds).isTrue();
      String out = text(builder.redirectOutput());
      return new Result(process.exitValue(), out, text(builder.redirectError()));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(ProcessBuilder.Redirect redirect) {
    try {
      return redirect.file() == null ? "" : Files.readString(redirect.file().toPath());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String[] train(Path out, String... more) {
    List<String> words = new ArrayList<>(List.of("train", "--dataset", "folder"));
    words.addAll(List.of("--data", images.toString(), "--quiet"));
    words.addAll(List.of("--depth", "10", "--width", "1", "--batch", "8", "--labels", "15"));
    words.addAll(List.of("--threads", "1", "--test-limit", "16", "--out", out.toString()));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  /** Puts another word behind an option. */
  private static void set(String[] words, String option, String value) {
    words[List.of(words).indexOf(option) + 1] = value;
  }

  private static String[] few(Path out, String... more) {
    List<String> words = new ArrayList<>(List.of("--steps", "3"));
    words.addAll(List.of("--eval-every", "3", "--probe-every", "3"));
    words.addAll(List.of(more));
    return train(out, words.toArray(String[]::new));
  }

  private static void requireFailure(Result result, int code, String... texts) {
    assertThat(result.err).as(result.out).startsWith("secant: error: ").hasLineCount(1);
    assertThat(result.err).contains(texts);
    assertThat(result.code).as(result.err).isEqualTo(code);
  }

  // ---- runs ------------------------------------------------------------------------------------

  @BeforeAll
  void trainOne() {
    images = SmallRuns.images(folder.resolve("images"));
    run = folder.resolve("ict");
    trained = secant(few(run, "--method", "ict", "--k", "3", "--json"));
  }

  @Test
  void jsonIsTheMetricsAndThenTheSummary() throws IOException {
    assertThat(trained.code).as(trained.err).isZero();
    List<String> lines = trained.outLines();
    assertThat(lines.subList(0, lines.size() - 1))
        .isEqualTo(Files.readAllLines(run.resolve("metrics.jsonl")));
    JsonNode summary = JSON.readTree(lines.get(lines.size() - 1));
    assertThat(summary).isEqualTo(JSON.readTree(run.resolve("summary.json").toFile()));
    assertThat(summary.get("revision").textValue()).matches("[0-9a-f]{12}(-dirty)?|unknown");
    assertThat(trained.err).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"erm", "mixup"})
  void otherMethodsTrainToo(String method) throws IOException {
    Path out = folder.resolve(method);
    Result result = secant(few(out, "--method", method));
    assertThat(result.code).as(result.err).isZero();
    assertThat(result.out).contains("accuracy ", "L5 ", "run folder " + out);
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "config.yaml",
              "split.json",
              "metrics.jsonl",
              "timing.jsonl",
              "summary.json",
              "model.safetensors");
    }
  }

  @ParameterizedTest
  @CsvSource({"eval, ema", "batch, raw", "recalibrated, ema", "eval, raw"})
  void aRunCanBeProbedAgain(String statistics, String weights) throws IOException {
    Result result =
        secant(
            "probe",
            "--run",
            run.toString(),
            "--bn",
            statistics,
            "--weights",
            weights,
            "--threads",
            "1",
            "--json");
    assertThat(result.code).as(result.err).isZero();
    JsonNode probe = JSON.readTree(result.out);
    assertThat(probe.get("weights").textValue()).isEqualTo(weights);
    assertThat(probe.get("layers")).hasSize(6);
    assertThat(probe.get("pairs").intValue()).isEqualTo(16);
    assertThat(probe.get("bn").textValue()).isEqualTo(statistics);
    assertThat(probe.get("lambda").isNull()).isTrue();
    JsonNode metrics = lastProbe();
    boolean same = statistics.equals("eval") && weights.equals("ema");
    assertThat(probe.get("layers").equals(metrics.get("layers"))).isEqualTo(same);
  }

  private JsonNode lastProbe() throws IOException {
    List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    return JSON.readTree(lines.get(lines.size() - 1));
  }

  @Test
  void quickstartEndsWithAReport() throws IOException {
    Path out = folder.resolve("quick");
    Result result =
        secant("quickstart", "--steps", "1", "--quiet", "--json", "--out", out.toString());
    assertThat(result.code).as(result.err).isZero();
    JsonNode json = JSON.readTree(result.out);
    assertThat(json.get("runs")).hasSize(4);
    assertThat(json.get("runs").get(3).get("k").intValue()).isEqualTo(4);
    assertThat(Path.of(json.get("figure").textValue())).isNotEmptyFile();
    assertThat(Files.readString(Path.of(json.get("report").textValue()))).contains("ICT[4]");
  }

  // ---- signals ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
  void aSignalEndsARunWithoutCheckpoints(String signal, int code) throws Exception {
    Path out = folder.resolve("signal" + code);
    ProcessBuilder builder =
        builder(
            train(
                out,
                "--steps",
                "1000000",
                "--eval-every",
                "999999",
                "--log-every",
                "1",
                "-o",
                "checkpoint.every-minutes=0"));
    Process process = builder.start();
    AtWork.await(process, PATIENCE_SECONDS, () -> holdsLines(out.resolve("metrics.jsonl"), 4));
    Result result = signalled(process, builder, signal);
    requireFailure(result, code, "interrupted after step ");
    assertThat(out.resolve("model.safetensors")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void aSignalEndsAProbe(String signal, int code) throws Exception {
    String deep = deepRun().toString();
    ProcessBuilder builder = builder("probe", "--run", deep, "--test-limit", "0", "--threads", "1");
    Process process = builder.start();
    AtWork.await(process, PATIENCE_SECONDS, () -> hasUsed(process, Duration.ofSeconds(2)));
    requireFailure(signalled(process, builder, signal), code, "interrupted while probing");
  }

  /** Probing all its images takes long. */
  private static Path deepRun() {
    Path out = folder.resolve("deep");
    if (Files.exists(out)) return out;
    ImageSet many = MadeImages.generate(1, 20, 600, MadeImages.Difficulty.STANDARD);
    FolderWriter.write(many, folder.resolve("many"));
    List<String> words = new ArrayList<>(List.of("train", "--dataset", "folder", "--quiet"));
    words.addAll(List.of("--data", folder.resolve("many").toString()));
    words.addAll(List.of("--method", "erm", "--depth", "40", "--width", "2", "--batch", "8"));
    words.addAll(List.of("--labels", "20", "--steps", "1", "--threads", "1"));
    words.addAll(List.of("--test-limit", "2", "--out", out.toString()));
    assertThat(secant(words.toArray(String[]::new)).code).isZero();
    return out;
  }

  private static Result signalled(Process process, ProcessBuilder builder, String signal)
      throws IOException, InterruptedException {
    boolean ignored = ignores(process, signal);
    if (ignored) process.destroyForcibly();
    Assumptions.assumeFalse(ignored, "skipped: these tests run where " + signal + " is ignored");
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    return await(process, builder, PROMPT_SECONDS);
  }

  /**
   * As INT in a job that a shell put into the background, or HUP under nohup; Java leaves it so.
   */
  static boolean ignores(Process process, String signal) throws IOException {
    int bit = List.of("HUP", "INT").indexOf(signal);
    if (bit < 0) return false;
    String line =
        Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
            .filter(l -> l.startsWith("SigIgn:"))
            .findFirst()
            .orElse("SigIgn: 0");
    return (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> bit & 1) != 0;
  }

  private static boolean holdsLines(Path file, int lines) throws IOException {
    return Files.exists(file) && Files.readString(file).lines().count() >= lines;
  }

  /** Whether a process has used so much of a processor, as no start of a program does. */
  private static boolean hasUsed(Process process, Duration used) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).compareTo(used) >= 0;
  }

  // ---- failures --------------------------------------------------------------------------------

  @Test
  void wrongOptionsAreTwo() {
    requireFailure(secant("train", "--lables", "5"), 2, "--lables", "did you mean --labels?");
    requireFailure(secant(few(run, "--method", "erm")), 2, run.toString(), "--overwrite");
    requireFailure(secant("train", "--out", "/", "--test-limit", "9"), 2, "/: expected a new");
    requireFailure(secant("probe", "--run", run.toString(), "--precision", "tf32"), 2, "tf32");
  }

  @Test
  void aPathThatTheLocaleCannotExpressIsTwo() {
    List<String> words = ChildProgram.command(List.of("train", "--test-limit", "9", "--out"));
    String call = String.join(" ", words.stream().map(w -> "'" + w + "'").toList());
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", "exec " + call + " \"$(printf 'runs/\\303\\251')\"");
    builder.environment().put("LC_ALL", "C");
    builder.redirectOutput(temporary().toFile()).redirectError(temporary().toFile());
    requireFailure(finish(builder), 2, "--out must be a path in the characters of this locale");
  }

  @Test
  void missingDataAreThree() {
    Path none = folder.resolve("none");
    String[] words = few(folder.resolve("three"));
    set(words, "--data", none.toString());
    set(words, "--dataset", "cifar10");
    requireFailure(secant(words), 3, none.toString());
    assertThat(folder.resolve("three")).doesNotExist();
    requireFailure(secant("probe", "--run", none.toString()), 3, none + ": no such run directory");
    requireFailure(secant("probe", "--run", folder.toString()), 3, "expected config.yaml in it");
    requireFailure(secant("train", "--dataset", "cifar10", "--test-limit", "9"), 2, "--data DIR");
  }

  @Test
  void aBackendThatCannotRunIsFour() {
    String[] words =
        few(folder.resolve("four"), "--backend", "cuda", "-o", "cuda.library=/none/lib.so");
    requireFailure(secant(words), 4, "cuda");
    assertThat(folder.resolve("four")).doesNotExist();
  }

  @Test
  void aStandardOutputThatFailsIsSix() {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "skipped: no /dev/full here");
    ProcessBuilder builder = builder("version", "--json").redirectOutput(full.toFile());
    try {
      Process process = builder.start();
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(6);
      assertThat(text(builder.redirectError())).contains("cannot write to standard output");
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The pipe is closed before the program writes to it. */
  @Test
  void aReaderThatHasEndedIsNoFailure() throws Exception {
    ProcessBuilder builder =
        builder("version", "--json").redirectOutput(ProcessBuilder.Redirect.PIPE);
    Process process = builder.start();
    process.getInputStream().close();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(141);
    assertThat(text(builder.redirectError())).isEmpty();
  }

  @Test
  void aFullDiskIsSix() throws Exception {
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Assumptions.assumeTrue(
        mounted("mount", "-t", "tmpfs", "-o", "size=1m", "secant-test", disk.toString()),
        "skipped: a small disk can only be mounted by root");
    try {
      Path out = disk.resolve("run");
      String[] words = few(out, "--method", "erm");
      set(words, "--width", "2");
      requireFailure(secant(words), 6, "model.safetensors: No space left on device");
      try (Stream<Path> files = Files.list(out)) {
        assertThat(files.map(f -> f.getFileName().toString()))
            .contains("metrics.jsonl")
            .doesNotContain("model.safetensors", "summary.json")
            .noneMatch(name -> name.endsWith(".tmp"));
      }
    } finally {
      mounted("umount", disk.toString());
    }
  }

  private static boolean mounted(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
