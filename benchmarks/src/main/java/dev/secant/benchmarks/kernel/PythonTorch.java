// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.kernel;

import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Program;
import dev.secant.benchmarks.contest.Programs;
import dev.secant.benchmarks.contest.StepProblem;
import dev.secant.benchmarks.contest.TorchBf16;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The step of libtorch in Python's PyTorch, in a process of its own: where the two differ, what
 * libtorch shows is not what a user of PyTorch sees. Competes where {@code SECANT_PYTHON} names a
 * Python with PyTorch and {@code secant.bench.root} the source tree.
 */
public final class PythonTorch implements Program {
  private static final String PYTHON = System.getenv("SECANT_PYTHON");
  private static final String ROOT = System.getProperty("secant.bench.root");

  @Override
  public String name() {
    return "python-torch";
  }

  @Override
  public String version() {
    if (!there()) return "SECANT_PYTHON is unset";
    try (Worker worker = new Worker((StepProblem) Problem.parse("step depth=10 width=1 batch=2"))) {
      return "PyTorch " + worker.version + TorchBf16.note();
    }
  }

  @Override
  public Optional<Supplier<Contender>> contender(Problem problem) {
    if (!there() || !(problem instanceof StepProblem p) || TorchBf16.leavesOut(problem))
      return Optional.empty();
    return Optional.of(() -> new Worker(p));
  }

  private static boolean there() {
    return PYTHON != null && !PYTHON.isEmpty() && ROOT != null;
  }

  private static final class Worker implements Contender {
    private final Process process;
    private final OutputStream to;
    private final BufferedReader from;
    private final String version;
    private String answer;

    Worker(StepProblem p) {
      String script = Path.of(ROOT, "benchmarks/peers/torch_step_worker.py").toString();
      List<String> words =
          List.of(
              PYTHON,
              script,
              "--method=" + p.method(),
              "--k=" + p.k(),
              "--precision=" + p.precision(),
              "--depth=" + p.depth(),
              "--width=" + p.width(),
              "--batch=" + p.batch(),
              "--threads=" + Programs.THREADS);
      try {
        process = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot start SECANT_PYTHON", e);
      }
      to = process.getOutputStream();
      from =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      version = line();
    }

    private String line() {
      try {
        String line = from.readLine();
        if (line == null) throw new IllegalStateException("the worker in Python has ended");
        return line;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void run() {
      try {
        to.write('\n');
        to.flush();
      } catch (IOException e) {
        throw new UncheckedIOException("the worker in Python has ended", e);
      }
      answer = line();
    }

    @Override
    public double[] result() {
      return Arrays.stream(answer.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    @Override
    public void close() {
      process.destroy();
    }
  }
}
