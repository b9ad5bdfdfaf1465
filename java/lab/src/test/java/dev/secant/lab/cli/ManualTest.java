// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.metrics.EvalMetric;
import dev.secant.lab.metrics.ProbeMetric;
import dev.secant.lab.probe.ProbeRequest;
import dev.secant.lab.probe.ProbeResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Help in the form of manual pages: complete, and with examples that work. */
class ManualTest {
  private static final Pattern CALL = Pattern.compile("\\./secant ([^|)>;]*)");

  /** Their examples are only parsed: they take long, or the launcher does them. */
  private static final Set<String> PARSED =
      Set.of("gpu-check", "grid", "doctor", "test", "torture", "bench", "bundle");

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private CommandLineProgram program() {
    Console console = new Console(new PrintStream(out, true), new PrintStream(err, true), false);
    RunLauncher train = (config, listener) -> folder.resolve("summary.json");
    return new CommandLineProgram(
        console, new Launchers(train, train, this::probe, new StopRequest()));
  }

  private ProbeResult probe(ProbeRequest request, Runnable pause) {
    ProbeMetric metric = new ProbeMetric(9, 1000, "ema", 2, 0.5, "hash", List.of());
    return new ProbeResult(new EvalMetric(9, 1000, "ema", 0.25, 1.5), metric, 100);
  }

  private static List<String> names() {
    return List.copyOf(new ManualTest().program().commands().keySet());
  }

  private String help(String... words) {
    out.reset();
    assertThat(program().run(words)).as(err.toString(StandardCharsets.UTF_8)).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyCommandHasAManual(String name) throws IOException {
    Command command = program().commands().get(name);
    String text = help("help", name);
    assertThat(help(name, "--help")).isEqualTo(text);
    assertThat(text)
        .startsWith("NAME\n    secant " + name + " - " + command.summary() + "\n\nUSAGE\n")
        .containsSubsequence(
            "\nDESCRIPTION\n", "\nOPTIONS\n", "\nEXAMPLES\n", "\nEXIT CODES\n", "\nSEE ALSO\n");
    for (Flag flag : command.flags()) assertThat(text).contains("    " + flag.spelling());
    assertThat(text.lines().filter(line -> !line.startsWith("    secant")))
        .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(100));
    JsonNode json = new ObjectMapper().readTree(help("help", name, "--json"));
    assertThat(json.path("examples")).hasSizeBetween(2, 4);
    assertThat(json.at("/examples/0/call").textValue()).contains("./secant ");
    assertThat(json.at("/examples/0/meaning").textValue()).isNotEmpty();
    assertThat(json.at("/exit_codes/0/meaning").textValue()).isEqualTo("done");
    assertThat(json.path("see_also")).isNotEmpty();
  }

  /** The words of the call in an example, with folders and files of this test's. */
  private List<String> call(String example) {
    Matcher matcher = CALL.matcher(example);
    assertThat(matcher.find()).as(example).isTrue();
    List<String> words = new ArrayList<>(Arrays.asList(matcher.group(1).strip().split("\\s+")));
    for (int i = 1; i < words.size(); i++) {
      if (words.get(i - 1).equals("--out")) words.set(i, folder.resolve(words.get(i)) + "");
      if (words.get(i - 1).equals("--config")) words.set(i, folder.resolve("run.yaml") + "");
    }
    return words;
  }

  /** Data that an example names are not there: 3 says that the call itself was right. */
  @ParameterizedTest
  @MethodSource("names")
  void everyExampleIsACallThatWorks(String name) throws IOException {
    Files.writeString(folder.resolve("summary.json"), "{\"accuracy\":0.5,\"notes\":[]}");
    Files.writeString(folder.resolve("run.yaml"), "seed: 7\n");
    Map<String, Command> commands = program().commands();
    for (Manual.Entry example : Manual.of(commands.get(name)).examples()) {
      List<String> words = call(example.name());
      if (!words.get(0).startsWith("-") && !name.equals("help")) {
        assertThat(words.get(0)).as(example.name()).isEqualTo(name);
      }
      if (!name.equals("test"))
        Arguments.parse(commands.get(words.get(0)), words.subList(1, words.size()));
      if (PARSED.contains(name)) continue;
      int code = program().run(words.toArray(String[]::new));
      assertThat(code).as(example.name() + ": " + err).isIn(ExitCode.OK, ExitCode.DATA);
    }
  }

  @Test
  void aCommandOfTheLauncherSaysWhereItIs() {
    assertThat(program().run("bundle")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("./secant bundle");
    assertThat(help()).contains("  test ", "  bundle ", "./secant help COMMAND");
  }

  /** docs/cli.md tells of each exit code that help knows. */
  @Test
  void theDocumentHasEveryExitCode() throws IOException {
    String document = Files.readString(Path.of("../../docs/cli.md"));
    for (String name : names()) {
      for (int code : Manual.of(program().commands().get(name)).exitCodes())
        assertThat(document).as(name).containsPattern("(?m)^\\| [0-9, ]*\\b" + code + "\\b");
    }
  }
}
