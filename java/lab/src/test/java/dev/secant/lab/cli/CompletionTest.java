// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of {@code completion}, in the shells that they are for. */
class CompletionTest {
  @TempDir Path folder;

  /** A file and folders, one of which is called like a value. */
  @BeforeEach
  void somethingToComplete() throws IOException {
    Files.createDirectories(folder.resolve("runs/first"));
    Files.createDirectories(folder.resolve("cuda"));
    Files.writeString(folder.resolve("run one.yaml"), "seed: 1\n");
  }

  private Path script(String shell) throws IOException {
    Calls secant = new Calls();
    assertThat(secant.run("completion", shell)).isZero();
    return Files.writeString(folder.resolve("." + shell), secant.out());
  }

  private List<String> output(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    return text.lines().toList();
  }

  private static void requireShell(String shell) {
    boolean there =
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(path -> Files.isExecutable(Path.of(path, shell)));
    Assumptions.assumeTrue(there, "skipped: there is no " + shell + " here");
  }

  // ---- bash ------------------------------------------------------------------------------------

  /** What bash offers for the last of these words. */
  private List<String> bash(String... words) throws Exception {
    String list = String.join(" ", Arrays.stream(words).map(w -> "'" + w + "'").toList());
    String program =
        "set -eu; source '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; _secant; "
                .formatted(script("bash"), list, words.length - 1)
            + "for reply in \"${COMPREPLY[@]}\"; do echo \"$reply\"; done";
    return output("bash", "-c", program);
  }

  @Test
  void bashCompletesCommandsVerbsAndTopics() throws Exception {
    output("bash", "-n", script("bash").toString());
    assertThat(bash("secant", "")).contains("train", "gpu-check", "test", "bundle");
    assertThat(bash("secant", "tr")).containsExactly("train");
    assertThat(bash("secant", "data", ""))
        .containsExactly("list", "make", "import", "verify", "fetch");
    assertThat(bash("secant", "config", "")).containsExactly("show");
    assertThat(bash("secant", "completion", "z")).containsExactly("zsh");
    assertThat(bash("secant", "help", "o")).containsExactly("options");
    assertThat(bash("secant", "help", "train", "")).isEmpty();
  }

  @Test
  void bashCompletesOptionsAndTheirWords() throws Exception {
    assertThat(bash("secant", "train", "--meth")).containsExactly("--method");
    assertThat(bash("secant", "train", "--method", "m")).containsExactly("mixup");
    assertThat(bash("secant", "train", "--method", "=", "m")).containsExactly("mixup");
    assertThat(bash("secant", "train", "--backend", "=")).containsExactly("auto", "cpu", "cuda");
    assertThat(bash("secant", "train", "-o", "ict.sp")).containsExactly("ict.space=");
    assertThat(bash("secant", "train", "-o", "ict.space", "=", "l"))
        .containsExactly("logit", "logit-softmax");
    assertThat(bash("secant", "data", "verify", "--dataset", "f")).containsExactly("folder");
    assertThat(bash("secant", "data", "verify", "--d")).contains("--dataset", "--data", "--debug");
    assertThat(bash("secant", "train", "--seed", "")).isEmpty();
    assertThat(bash("secant", "train", "")).isEmpty();
  }

  @Test
  void bashCompletesFilesAndFolders() throws Exception {
    assertThat(bash("secant", "probe", "--run", "")).containsExactlyInAnyOrder("runs", "cuda");
    assertThat(bash("secant", "train", "--config", "run ")).containsExactly("run one.yaml");
    assertThat(bash("secant", "nonlin", "--mixed", "m.npy", "run "))
        .containsExactly("run one.yaml");
    assertThat(bash("secant", "train", "-o", "data", "=", "runs/")).containsExactly("runs/first");
  }

  // ---- zsh -------------------------------------------------------------------------------------

  @Test
  void zshReadsItsScript() throws Exception {
    requireShell("zsh");
    String script = script("zsh").toString();
    output("zsh", "-f", "-n", script);
    String load = "source '%s'; print -r -- $_comps[secant] $+functions[_secant_keys]";
    assertThat(output("zsh", "-f", "-c", load.formatted(script))).containsExactly("_secant 1");
    assertThat(Files.readString(Path.of(script)))
        .startsWith("#compdef secant")
        .contains("'1:word:(list make import verify fetch)'", "--run[", ":DIR:_files -/'")
        .contains("'*-o[", ":_secant_keys'", "'ict.space[", ":value:(logit prob logit-softmax)'");
  }

  // ---- fish ------------------------------------------------------------------------------------

  /** What fish offers for the end of a line, without descriptions. */
  private List<String> fish(String line) throws Exception {
    String program = "source '%s'; complete -C '%s'".formatted(script("fish"), line);
    return output("fish", "--no-config", "-c", program).stream()
        .map(offer -> offer.split("\t")[0])
        .toList();
  }

  @Test
  void fishCompletesTheSame() throws Exception {
    requireShell("fish");
    output("fish", "--no-execute", script("fish").toString());
    assertThat(fish("secant tr")).containsExactly("train");
    assertThat(fish("./secant tr")).containsExactly("train");
    assertThat(fish("secant data "))
        .containsExactlyInAnyOrder("list", "make", "import", "verify", "fetch");
    assertThat(fish("secant train --meth")).containsExactly("--method");
    assertThat(fish("secant train --method m")).containsExactly("mixup");
    assertThat(fish("secant train -o ict.space=p")).containsExactly("ict.space=prob");
    assertThat(fish("secant probe --run r")).containsExactly("runs/");
    assertThat(fish("secant train --config run")).contains("run one.yaml");
    assertThat(fish("secant train r")).isEmpty();
  }
}
