// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the Python programs of {@code benchmarks/peers}. The environment variable SECANT_PYTHON
 * names a Python that has PyTorch; tests skip, saying so, where it is unset.
 */
final class TorchPeer {
  private static final String VARIABLE = "SECANT_PYTHON";

  /** How a program ended; the output holds both streams. */
  record Result(int exitCode, String output) {}

  private TorchPeer() {}

  /** Aborts the calling test as skipped when there is no Python to run. */
  static void assumeAvailable() {
    assumeTrue(
        python() != null,
        VARIABLE + " is unset: it names a Python with PyTorch, the peer of this test");
  }

  /** Runs a program that must succeed. */
  static void runOrFail(String program, Object... arguments) {
    Result result = run(program, arguments);
    assertThat(result.exitCode()).as(result.output()).isZero();
  }

  static Result run(String program, Object... arguments) {
    List<String> command = new ArrayList<>(List.of(python(), peers().resolve(program).toString()));
    for (Object argument : arguments) command.add(argument.toString());
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      throw new IllegalStateException(
          VARIABLE + "=" + python() + " does not run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String python() {
    String python = System.getenv(VARIABLE);
    return python == null || python.isBlank() ? null : python;
  }

  /** {@code benchmarks/peers} of the checkout that the tests run in. */
  private static Path peers() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path peers = at.resolve("benchmarks/peers");
      if (Files.isDirectory(peers)) return peers;
    }
    throw new IllegalStateException("no folder above the working directory holds benchmarks/peers");
  }
}
