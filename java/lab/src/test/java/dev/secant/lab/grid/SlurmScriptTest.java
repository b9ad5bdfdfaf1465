// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script, letter by letter, as bash reads it, and as it behaves. */
class SlurmScriptTest {
  @TempDir Path folder;

  private static SlurmScript script(boolean cuda, int atOnce, Path folder, String... call) {
    return new SlurmScript(
        "paper", List.of(0, 1, 2, 5, 7, 8), atOnce, cuda, 4, folder, List.of(call));
  }

  @Test
  void goldenScriptForGpus() throws IOException {
    String text =
        script(
                true,
                8,
                Path.of("/grids/my paper"),
                "/opt/secant",
                "grid",
                "cell",
                "--out",
                "/grids/my paper")
            .text();
    try (var in = getClass().getResourceAsStream("slurm-gpu.sh")) {
      assertThat(text).isEqualTo(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void withoutGpusNoneIsAskedFor() {
    String text = script(false, 0, Path.of("/g"), "secant").text();
    assertThat(text).doesNotContain("--gpus").contains("#SBATCH --array=0-2,5,7-8\n");
  }

  @Test
  void aNameWithBlanksStaysOneWord() {
    SlurmScript odd = new SlurmScript("my grid\n", List.of(0), 0, false, 1, folder, List.of("s"));
    assertThat(odd.text()).contains("#SBATCH --job-name=secant-my-grid-\n");
  }

  @Test
  void rangesAreShort() {
    assertThat(SlurmScript.ranges(List.of(3))).isEqualTo("3");
    assertThat(SlurmScript.ranges(List.of(0, 1))).isEqualTo("0-1");
    assertThat(SlurmScript.ranges(List.of(0, 2, 3, 4))).isEqualTo("0,2-4");
  }

  @Test
  void bashReadsIt() throws Exception {
    String text =
        script(true, 1, Path.of("/it's"), "/opt/it's here", "grid", "-o", "a=$(b)").text();
    assertThat(bash("-n", text, "0").exitValue()).isZero();
  }

  /** With a cell and a scontrol of our own: codes go through, 75 asks for another try. */
  @Test
  void itAnswersAsTheCellAndRequeuesAt75() throws Exception {
    for (int code : List.of(0, 3, 75)) {
      Path out = folder.resolve("code" + code);
      Path cell = executable("cell" + code, "echo \"$@\"; exit " + code);
      executable("scontrol", "echo \"scontrol $*\" >>" + out.resolve("requeued"));
      Files.createDirectories(out);
      String text = script(false, 0, out, cell.toString(), "grid", "cell").text();
      assertThat(bash("-s", text, "0").exitValue()).isEqualTo(code);
      assertThat(Files.readString(out.resolve("state/slurm-11_5.log")))
          .isEqualTo("grid cell --index 5\n");
      if (code == 75) assertThat(out.resolve("requeued")).hasContent("scontrol requeue 11_5");
      else assertThat(out.resolve("requeued")).doesNotExist();
    }
  }

  @Test
  void aCellThatIsInterruptedForEverIsGivenUp() throws Exception {
    Path cell = executable("cell", "exit 75");
    executable("scontrol", "touch " + folder.resolve("requeued"));
    String text = script(false, 0, folder, cell.toString()).text();
    assertThat(bash("-s", text, "100").exitValue()).isEqualTo(75);
    assertThat(folder.resolve("requeued")).doesNotExist();
  }

  @Test
  void theWarningReachesTheCellAsTermAndItsCodeComesBack() throws Exception {
    Path cell =
        executable(
            "cell",
            "trap 'exit 75' TERM; touch " + folder.resolve("up") + "; while :; do sleep 0.1; done");
    executable("scontrol", "touch " + folder.resolve("requeued"));
    Process process = start("-s", script(false, 0, folder, cell.toString()).text(), "0");
    while (!Files.exists(folder.resolve("up"))) Thread.sleep(20);
    new ProcessBuilder("kill", "-USR1", Long.toString(process.pid())).start().waitFor();
    assertThat(process.waitFor()).isEqualTo(75);
    assertThat(folder.resolve("requeued")).exists();
  }

  private Path executable(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private Process bash(String option, String text, String restarts) throws Exception {
    Process process = start(option, text, restarts);
    process.waitFor();
    return process;
  }

  private Process start(String option, String text, String restarts) throws IOException {
    Path file = folder.resolve("script.sh");
    Files.writeString(file, text);
    ProcessBuilder builder = new ProcessBuilder("bash", option);
    builder.redirectInput(file.toFile()).redirectErrorStream(true);
    builder.environment().put("SLURM_ARRAY_JOB_ID", "11");
    builder.environment().put("SLURM_ARRAY_TASK_ID", "5");
    builder.environment().put("SLURM_RESTART_COUNT", restarts);
    builder.environment().merge("PATH", "", (path, none) -> folder + ":" + path);
    return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
  }
}
