// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.libtorch;

import dev.secant.benchmarks.contest.ConsistencyProblem;
import dev.secant.benchmarks.contest.Contender;
import dev.secant.benchmarks.contest.ControlProblem;
import dev.secant.benchmarks.contest.MixProblem;
import dev.secant.benchmarks.contest.NonLinProblem;
import dev.secant.benchmarks.contest.ProbeProblem;
import dev.secant.benchmarks.contest.Problem;
import dev.secant.benchmarks.contest.Program;
import dev.secant.benchmarks.contest.Programs;
import dev.secant.benchmarks.contest.StepProblem;
import dev.secant.benchmarks.contest.TorchBf16;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;

/** PyTorch's C++ library run eagerly from Java, images channels last. */
public class Libtorch implements Program {
  @Override
  public String name() {
    return "libtorch";
  }

  @Override
  public String version() {
    return "libtorch %s, %s, %d threads%s"
        .formatted(
            release(),
            torch.get_cpu_capability().getString(),
            Programs.THREADS,
            TorchBf16.note());
  }

  /** Of the packaged library, such as {@code 2.10.0-1.5.13}. */
  private static String release() {
    Properties properties = new Properties();
    String path = "/META-INF/maven/org.bytedeco/pytorch/pom.properties";
    try (InputStream in = torch.class.getResourceAsStream(path)) {
      if (in != null) properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "of an unknown version");
  }

  @Override
  public Optional<Supplier<Contender>> contender(Problem problem) {
    if (TorchBf16.leavesOut(problem)) return Optional.empty();
    if (problem instanceof MixProblem p) return Optional.of(() -> new LibtorchMix(p));
    if (problem instanceof ConsistencyProblem p) return Optional.of(() -> new LibtorchConsistency(p));
    if (problem instanceof NonLinProblem p) return Optional.of(() -> new LibtorchNonLin(p));
    if (problem instanceof StepProblem p) return Optional.of(() -> new LibtorchStep(p, true));
    if (problem instanceof ProbeProblem p) return Optional.of(() -> new LibtorchProbe(p));
    if (problem instanceof ControlProblem p && p.kind().equals("gemm"))
      return Optional.of(() -> new LibtorchGemm());
    return Optional.empty();
  }
}
