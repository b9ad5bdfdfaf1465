// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.peer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The PyTorch peer that Secant is timed beside computes the method: a ratio to a peer that did less
 * would say nothing. Its own check compares it with the oracle that replays Secant's runs.
 */
class TorchWrnTest {
  @BeforeAll
  static void peer() {
    TorchPeer.assumeAvailable();
  }

  @Test
  void computesTheMethod() {
    TorchPeer.runOrFail("torch_wrn.py", "--check", "--device", "cpu", "--threads", 1);
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
}
