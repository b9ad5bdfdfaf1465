// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.secant.lab.WholeTests;
import dev.secant.lab.check.CheckReport;
import dev.secant.lab.check.CheckRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The PyTorch peer that Secant is timed beside computes the method: a ratio to a peer that did less
 * would say nothing. Its own check compares it with the oracle that replays Secant's runs; what
 * torch.compile makes of it, two thirds of the time, where all is asked for.
 */
class TorchWrnTest {
  @BeforeAll
  static void peer() {
    TorchPeer.assumeAvailable();
  }

  @Test
  void computesTheMethod() {
    List<Object> words = new ArrayList<>(List.of("--check", "--device", "cpu", "--threads", 1));
    if (!WholeTests.asked()) words.addAll(List.of("--forms", "eager"));
    TorchPeer.runOrFail("torch_wrn.py", words.toArray());
  }

  @Test
  void noticesAWrongDecay() {
    TorchPeer.Result result =
        TorchPeer.run(
            "torch_wrn.py",
            "--check",
            "--device",
            "cpu",
            "--threads",
            1,
            "--break",
            "half-decay",
            "--cases",
            "erm");
    assertThat(result.exitCode()).as(result.output()).isEqualTo(1);
    assertThat(result.output()).contains("erm, formula, fp64", "BEYOND");
  }

  /** What gpu-check writes is what compare.py reads. */
  @Test
  void rowsOfGpuCheckAreCompared(@TempDir Path folder) throws IOException {
    Map<String, Object> step =
        Map.of(
            "what", "step", "method", "erm", "k", 1, "precision", "bf16", "batch", 128, "ms", 1.5);
    Map<String, Object> ceiling = Map.of("what", "ceiling", "kernel", "copy", "ms", 0.1);
    List<CheckRow> rows =
        List.of(
            new CheckRow("ceilings", "copy", CheckRow.Status.PASS, "", ceiling),
            new CheckRow("steps", "erm", CheckRow.Status.PASS, "", step));
    String lines = new CheckReport(Map.of("device", "a GPU"), rows, true).lines("1");
    Path ours = Files.writeString(folder.resolve("ours.jsonl"), lines);
    String torch = lines.replace("\"ms\":1.5", "\"ms\":3.0").replace("secant", "torch");
    Path theirs = Files.writeString(folder.resolve("theirs.jsonl"), torch);
    TorchPeer.Result result = TorchPeer.run("compare.py", ours, theirs);
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("step erm", "1.5", "2.0");
  }
}
