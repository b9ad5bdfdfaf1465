// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.cli.Finding.Level;
import dev.secant.lab.config.Options;
import dev.secant.lab.config.RunConfig;
import dev.secant.lab.error.BackendUnavailableException;
import dev.secant.lab.error.DataException;
import dev.secant.lab.error.DivergedException;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.IoFailureException;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.probe.ProbeRequest;
import dev.secant.lab.probe.ProbeResult;
import dev.secant.lab.train.BuildInfo;
import dev.secant.lab.train.TrainListener;
import dev.secant.tensor.OutOfMemoryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole calls, with the training itself replaced. */
class CommandLineTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final StopRequest stop = new StopRequest();
  private final List<RunConfig> launched = new ArrayList<>();
  private final List<RunConfig> resumed = new ArrayList<>();
  private final List<ProbeRequest> probed = new ArrayList<>();
  private RunLauncher launcher;
  private Path summary;

  @BeforeEach
  void writeASummary() throws IOException {
    summary = folder.resolve("summary.json");
    Files.writeString(summary, "{\"accuracy\":0.5,\n\"nonlin\":[0.1,0.2],\"notes\":[\"a note\"]}");
    launcher =
        (config, listener) -> {
          launched.add(config);
          return summary;
        };
  }

  private int run(String... words) {
    out.reset();
    err.reset();
    Console console = new Console(stream(out), stream(err), false);
    RunLauncher indirect = (config, listener) -> launcher.launch(config, listener);
    RunLauncher resumer =
        (config, listener) -> {
          resumed.add(config);
          return summary;
        };
    return new CommandLineProgram(console, new Launchers(indirect, resumer, this::probe, stop))
        .run(words);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private ProbeResult probe(ProbeRequest request, Runnable pause) {
    probed.add(request);
    pause.run();
    ProbeMetric metric = new ProbeMetric(9, 1000, "ema", 2, 0.5, "hash", List.of());
    return new ProbeResult(new EvalMetric(9, 1000, "ema", 0.25, 1.5), metric, 100);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void nothingAtAllIsHelp() {
    assertThat(run()).isZero();
    assertThat(out())
        .contains("usage: secant COMMAND", "quickstart", "train", "probe", "doctor", "test");
    String overview = out();
    for (String word : List.of("help", "--help", "-h")) {
      assertThat(run(word)).isZero();
      assertThat(out()).isEqualTo(overview);
    }
    assertThat(err()).isEmpty();
  }

  @Test
  void everyCommandHasHelp() {
    for (String command : List.of("quickstart", "train", "probe", "doctor", "version", "help")) {
      assertThat(run("help", command)).isZero();
      String help = out();
      assertThat(help).startsWith("NAME\n    secant " + command + " - ");
      assertThat(run(command, "--help")).isZero();
      assertThat(out()).isEqualTo(help);
    }
    assertThat(run("help", "options")).isZero();
    assertThat(out()).contains("ict.space=logit|prob|logit-softmax");
  }

  @Test
  void helpIsJsonToo() throws IOException {
    for (String[] call : List.of(words("help --json"), words("--help --json"))) {
      assertThat(run(call)).isZero();
      assertThat(Json.MAPPER.readTree(out()).at("/commands/1/name").textValue()).isEqualTo("train");
    }
    for (String command : List.of("quickstart", "train", "probe", "doctor", "version", "help")) {
      assertThat(run("help", command, "--json")).isZero();
      String help = out();
      assertThat(Json.MAPPER.readTree(help).get("name").textValue()).isEqualTo(command);
      assertThat(run(command, "--help", "--json")).isZero();
      assertThat(out()).isEqualTo(help);
      assertThat(help).contains("\"--json\"").contains("\"schema\":1");
      if (!command.equals("help")) assertThat(help).contains("\"--quiet\"");
    }
    assertThat(run("help", "options", "--json")).isZero();
    assertThat(Json.MAPPER.readTree(out()).get("options")).hasSize(Options.all().size());
  }

  private static String[] words(String call) {
    return call.split(" ");
  }

  @Test
  void quietLeavesResultsAndErrors() {
    assertThat(run("train", "--quiet")).isZero();
    assertThat(err()).as("no note on the test images").isEmpty();
    assertThat(out()).contains("accuracy 50.0 %");
    assertThat(run("probe", "--quiet", "--run", "r")).isZero();
    assertThat(err()).isEmpty();
    assertThat(out()).contains("accuracy 25.00 %");
    assertThat(run("version", "--quiet")).isZero();
    assertThat(err()).isEmpty();
    int code = run("doctor", "--quiet");
    assertThat(out().lines()).noneMatch(line -> line.startsWith("ok "));
    assertThat(out().contains("Something needed is missing")).isEqualTo(code != 0);
    assertThat(run("quickstart", "--quiet", "--steps", "0")).isEqualTo(ExitCode.USAGE);
    assertThat(err()).startsWith("secant: error: ");
  }

  @Test
  void flagsReachTheRun() {
    assertThat(
            run(
                "train",
                "--method",
                "ict",
                "--k=3",
                "-o",
                "ict.space=prob",
                "-o",
                "optim.lr=0.1",
                "--seed",
                "7"))
        .isZero();
    RunConfig config = launched.get(0);
    assertThat(config.method().k()).isEqualTo(3);
    assertThat(config.run().seed()).isEqualTo(7);
    assertThat(config.optim().learningRate()).isEqualTo(0.1);
    assertThat(config.run().overwrite()).isFalse();
    assertThat(out()).contains("accuracy 50.0 %", "L1 0.200", "a note", "runs/made-250-ict3-s7");
    assertThat(err()).contains("secant: measuring on 1000 test images at most");
  }

  @Test
  void jsonStreamsTheMetricsAndEndsWithTheSummary() throws IOException {
    Path metrics = folder.resolve("run/metrics.jsonl");
    Files.createDirectories(metrics.getParent());
    launcher =
        (config, listener) -> {
          append(metrics, "{\"type\":\"eval\"}\n");
          listener.onEvaluation(new EvalMetric(0, 0, "ema", 0.1, 2.3));
          append(metrics, "{\"type\":\"train\"}\n");
          return summary;
        };
    assertThat(run("train", "--json", "--out", folder.resolve("run").toString())).isZero();
    assertThat(out().lines())
        .containsExactly(
            "{\"type\":\"eval\"}",
            "{\"type\":\"train\"}",
            "{\"accuracy\":0.5,\"nonlin\":[0.1,0.2],\"notes\":[\"a note\"]}");
  }

  private static void append(Path file, String text) {
    try {
      Files.writeString(
          file,
          text,
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "trian | unknown command \"trian\"; did you mean train? (see secant help)",
        "train --lables 5 | train: unknown option \"--lables\"; did you mean --labels?",
        "train --meth erm | train: unknown option \"--meth\"; did you mean --method?",
        "train --ict.space prob | train: unknown option \"--ict.space\"; it is an option of the configuration: "
            + "-o ict.space=...",
        "train --k 2 --k 3 | --k is given 2 times",
        "train --k | --k needs a value: N",
        "train --k 99 | --k must be a whole number from 2 to 16 (with erm 1), or auto, not \"99\"",
        "train erm | train: unexpected \"erm\"; options start with --",
        "train -o ict.spcae=prob | -o ict.spcae: unknown option \"ict.spcae\"; did you mean ict.space?",
        "train --config none.yaml | none.yaml: no such configuration file",
        "help me | help: no command \"me\"",
        "help trainn | help: no command \"trainn\"; did you mean train?",
        "probe | probe needs --run DIR, the folder of a run",
        "probe --run r --k 1 | --k must be a whole number from 2 to 16, not \"1\"",
        "probe --run r --bn evil | --bn must be one of eval, batch, recalibrated, not \"evil\"",
        "probe --run r --lambda 0.5,0.6 | --lambda must be at most 16 weights with the sum 1; they are 2 with the "
            + "sum 1.1",
        "probe --run r --lambda .5 --alpha 1 | --lambda contradicts --alpha: fixed weights are not drawn",
        "quickstart --steps 0 | --steps must be a whole number of at least 1, not \"0\"",
      })
  void wrongCallsAreOneLineAndExitCodeTwo(String call, String message) {
    assertThat(run(call.split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(err()).isEqualTo("secant: error: " + message + System.lineSeparator());
    assertThat(out()).isEmpty();
    assertThat(launched).isEmpty();
  }

  @Test
  void failuresHaveTheirExitCodeAndOneLine() {
    fails(
        new DataException("x.bin: byte 7: expected a label below 10, found 12"),
        3,
        "x.bin: byte 7: expected");
    fails(new BackendUnavailableException("no"), 4, "no");
    fails(new dev.secant.tensor.BackendUnavailableException("no"), 4, "no");
    fails(new OutOfMemoryException("tensor", 7, "reason"), 5, "out of memory: ");
    fails(new OutOfMemoryError("Java heap space"), 5, "out of memory: Java heap space");
    fails(
        new IoFailureException("cannot write m: No space left on device"),
        6,
        "cannot write m: No space");
    fails(new DivergedException("step 3"), 7, "step 3");
    fails(
        new IllegalStateException("odd\nvery odd"),
        1,
        "internal error: IllegalStateException: odd very odd");
    fails(new NullPointerException(), 1, "internal error: NullPointerException");
  }

  private void fails(Throwable failure, int code, String message) {
    launcher =
        (config, listener) -> {
          throw sneaky(failure);
        };
    assertThat(run("train", "--quiet", "--test-limit", "0")).isEqualTo(code);
    assertThat(err()).startsWith("secant: error: " + message).hasLineCount(1);
    assertThat(run("train", "--quiet", "--test-limit", "0", "--debug")).isEqualTo(code);
    assertThat(err()).contains("\tat ");
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> RuntimeException sneaky(Throwable t) throws T {
    throw (T) t;
  }

  @Test
  void aStopEndsTheRunAfterTheStep() {
    launcher = (config, listener) -> steps(config, listener);
    assertThat(run("train", "--quiet", "--test-limit", "0")).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(err()).isEqualTo("secant: error: interrupted after step 3" + System.lineSeparator());
  }

  private Path steps(RunConfig config, TrainListener listener) {
    for (long step = 1; step <= config.run().steps(); step++) {
      if (step == 3) stop.stop();
      listener.onStep(step, config.run().steps(), 1.0, 10);
      listener.onPause();
    }
    return summary;
  }

  @Test
  void aStopEndsAMeasurementWithinARun() {
    launcher =
        (config, listener) -> {
          stop.stop();
          listener.onPause();
          return summary;
        };
    assertThat(run("train", "--quiet", "--test-limit", "0")).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(err())
        .isEqualTo("secant: error: interrupted before a step" + System.lineSeparator());
  }

  @Test
  void aStopEndsAProbe() {
    stop.stop();
    assertThat(run("probe", "--run", "r")).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(err())
        .isEqualTo("secant: error: interrupted while probing" + System.lineSeparator());
    assertThat(out()).isEmpty();
  }

  @Test
  void probesAreAskedForAsTheUserSaid() {
    assertThat(
            run(
                "probe",
                "--run",
                "r",
                "--lambda",
                "0.25",
                "--weights",
                "raw",
                "--bn",
                "recalibrated",
                "--json"))
        .isZero();
    assertThat(probed.get(0).lambda()).containsExactly(0.25, 0.75);
    assertThat(probed.get(0).k()).isEqualTo(2);
    assertThat(probed.get(0).weights()).isEqualTo(RunConfig.Weights.RAW);
    assertThat(probed.get(0).statistics()).isEqualTo(ProbeRequest.Statistics.RECALIBRATED);
    assertThat(out())
        .startsWith("{\"type\":\"probe\",\"step\":9,")
        .contains("\"accuracy\":0.25", "\"pairs\":100")
        .contains("\"alpha\":null", "\"bn\":\"recalibrated\"", "\"lambda\":[0.25,0.75]");
    assertThat(run("probe", "--run", "r")).isZero();
    assertThat(out()).contains("bn eval, 100 pairs of K = 2, accuracy 25.00 %");
    assertThat(run("probe", "--run", "r", "--json")).isZero();
    assertThat(out()).contains("\"alpha\":0.5", "\"bn\":\"eval\"", "\"lambda\":null");
    assertThat(probed.get(1).k()).isNull();
  }

  @Test
  void quickstartRefusesAnExistingFolder() {
    assertThat(run("quickstart", "--out", folder.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err())
        .contains(folder + ": expected a new or empty output directory, found")
        .contains("--overwrite replaces an earlier run");
  }

  @Test
  void versionIsOneLine() {
    assertThat(run("version")).isZero();
    assertThat(out()).matches("secant \\S+ \\([0-9a-f]{12}(-dirty)?\\)\\R");
    assertThat(err()).as("both halves of one build").isEmpty();
    String version = out();
    assertThat(run("version", "--json")).isZero();
    assertThat(out()).startsWith("{\"schema\":1,").contains("\"native_revision\":\"");
    assertThat(run("--version")).isZero();
    assertThat(out()).isEqualTo(version);
  }

  @Test
  void halvesOfDifferentBuildsAreNoticed() {
    assertThat(Examination.build(new BuildInfo("1", "aaa", "aaa")).level()).isEqualTo(Level.OK);
    Finding other = Examination.build(new BuildInfo("1", "aaa", "bbb"));
    assertThat(other.level()).isEqualTo(Level.WARN);
    assertThat(other.found())
        .isEqualTo("revision aaa; the native library is of another revision, bbb");
    assertThat(Examination.build(new BuildInfo("1", "aaa", null)).found())
        .contains("does not load");
  }

  @Test
  void aFailingStandardOutputIsAFailure() {
    PrintStream full =
        new PrintStream(
            new java.io.OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("No space left on device");
              }
            },
            true,
            StandardCharsets.UTF_8);
    Launchers launchers = new Launchers((c, l) -> summary, null, this::probe, stop);
    Console console = new Console(full, stream(err), false);
    for (String call : List.of("version", "help", "train --json --test-limit 0", "probe --run r")) {
      err.reset();
      assertThat(new CommandLineProgram(console, launchers).run(call.split(" ")))
          .as(call)
          .isEqualTo(ExitCode.IO);
      assertThat(err()).contains("cannot ");
    }
  }

  @Test
  void doctorGivesAdviceOrNothing() {
    int code = run("doctor");
    assertThat(code).isIn(ExitCode.OK, ExitCode.BACKEND);
    assertThat(out()).contains("java", "processor", "libsecant", "work folder");
    assertThat(run("doctor", "--json")).isEqualTo(code);
    assertThat(out()).startsWith("{\"schema\":1,").contains("\"ok\":" + (code == 0));
  }
}
