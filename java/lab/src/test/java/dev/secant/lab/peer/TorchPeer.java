// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.secant.lab.metrics.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Runs the Python programs of {@code benchmarks/peers}. The environment variable SECANT_PYTHON
 * names a Python that has PyTorch; tests skip, saying so, where it is unset.
 */
final class TorchPeer {
  private static final String VARIABLE = "SECANT_PYTHON";
  private static final long PATIENCE_MINUTES = 30;

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
      throw new UncheckedIOException(e);
    }
  }

  private static Runner runner;

  private static Runner runner() throws IOException {
    if (runner == null || !runner.process.isAlive()) runner = Runner.start();
    return runner;
  }

  /** A process that has imported PyTorch once, and ends with this one. */
  private record Runner(Process process, BufferedWriter in, BufferedReader out, Path errors) {
    static Runner start() throws IOException {
      Path script = Files.createTempFile("run_peers", ".py");
      Path errors = Files.createTempFile("run_peers", ".txt");
      script.toFile().deleteOnExit();
      errors.toFile().deleteOnExit();
      try (InputStream resource = TorchPeer.class.getResourceAsStream("run_peers.py")) {
        Files.copy(resource, script, StandardCopyOption.REPLACE_EXISTING);
      }
      Process process =
          new ProcessBuilder(python(), script.toString()).redirectError(errors.toFile()).start();
      return new Runner(process, process.outputWriter(UTF_8), process.inputReader(UTF_8), errors);
    }

    int run(List<String> words) throws IOException {
      try {
        in.write(Json.MAPPER.writeValueAsString(words));
        in.newLine();
        in.flush();
        String answer = CompletableFuture.supplyAsync(this::answer).get(PATIENCE_MINUTES, MINUTES);
        if (answer != null) return Integer.parseInt(answer);
        throw new IOException(process.waitFor() + ": " + Files.readString(errors));
      } catch (IOException | ExecutionException | TimeoutException | InterruptedException e) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new IOException(VARIABLE + "=" + python() + " did not run " + words + ": " + e, e);
      }
    }

    private String answer() {
      try {
        return out.readLine();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
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
