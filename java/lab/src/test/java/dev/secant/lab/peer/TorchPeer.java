// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.secant.lab.metrics.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

  static synchronized Result run(String program, Object... arguments) {
    try {
      Path output = Files.createTempFile("peer", ".txt");
      try {
        List<String> words = new ArrayList<>(List.of(output.toString()));
        words.add(peers().resolve(program).toString());
        for (Object argument : arguments) words.add(argument.toString());
        int exitCode = runner().run(words);
        return new Result(exitCode, Files.readString(output));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          VARIABLE + "=" + python() + " does not run: " + e.getMessage(), e);
    }
  }

  /** A process that has imported PyTorch once, and ends with this one. */
  private record Runner(Process process, BufferedWriter in, BufferedReader out) {
    static Runner start(Path script) throws IOException {
      Process process =
          new ProcessBuilder(python(), script.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      return new Runner(process, process.outputWriter(UTF_8), process.inputReader(UTF_8));
    }

    int run(List<String> words) throws IOException {
      in.write(Json.MAPPER.writeValueAsString(words));
      in.newLine();
      in.flush();
      String status = out.readLine();
      if (status == null) throw new IOException("it ended");
      return Integer.parseInt(status);
    }
  }

  private static Runner runner;

  private static Runner runner() throws IOException {
    if (runner == null || !runner.process.isAlive()) {
      try (InputStream script = TorchPeer.class.getResourceAsStream("run_peers.py")) {
        Path file = Files.createTempFile("run_peers", ".py");
        file.toFile().deleteOnExit();
        Files.copy(script, file, StandardCopyOption.REPLACE_EXISTING);
        runner = Runner.start(file);
      }
    }
    return runner;
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
