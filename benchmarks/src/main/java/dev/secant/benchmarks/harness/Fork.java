// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.benchmarks.harness;

import dev.secant.benchmarks.contest.Programs;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** One entry in one new process of JMH. */
public final class Fork {
  /**
   * How long it is measured.
   *
   * @param iterations of a tenth of a second each
   * @param slowIterations of one run each
   */
  public record Extent(int warmups, int iterations, int slowWarmups, int slowIterations) {
    public static final Extent SHORT = new Extent(10, 10, 2, 6);
    public static final Extent FULL = new Extent(20, 20, 3, 10);
  }

  private static final TimeValue TENTH = TimeValue.milliseconds(100);
  private static final TimeValue ONCE = TimeValue.milliseconds(1);

  /** Options of this JVM that those which measure have too. */
  private static final List<String> INHERITED =
      List.of("-Dsecant.bench", "-Dsecant.library.", "-Dorg.bytedeco");

  private static final String VECTOR = "jdk.incubator.vector";

  /** A process that ended without a result. */
  public static final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    FailedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private Fork() {}

  /**
   * @throws FailedException when the process failed, with what JMH says of it
   */
  public static Measured run(Entry entry, Extent extent) {
    boolean slow = entry.slow();
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + entry.benchmark().getName().replace(".", "\\.") + "\\.run$")
            .param("program", entry.program())
            .param("problem", entry.problem().text())
            .forks(1)
            .warmupIterations(slow ? extent.slowWarmups() : extent.warmups())
            .warmupTime(slow ? ONCE : TENTH)
            .measurementIterations(slow ? extent.slowIterations() : extent.iterations())
            .measurementTime(slow ? ONCE : TENTH)
            .addProfiler(ControlProfiler.class)
            .addProfiler(GCProfiler.class)
            .jvmArgs(jvmArguments().toArray(String[]::new))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    double before = Load.average();
    Collection<RunResult> results;
    try {
      results = new Runner(options.build(), onStandardError()).run();
    } catch (RunnerException e) {
      throw new FailedException(e.getMessage(), e);
    }
    BenchmarkResult result = results.iterator().next().getBenchmarkResults().iterator().next();
    return measured(result, new double[] {before, Load.average()});
  }

  /** What a process writes is no result. */
  private static OutputFormat onStandardError() {
    return OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT);
  }

  private static List<String> jvmArguments() {
    List<String> arguments = new ArrayList<>();
    for (String given : ManagementFactory.getRuntimeMXBean().getInputArguments())
      if (INHERITED.stream().anyMatch(given::startsWith)) arguments.add(given);
    arguments.add("-Xmx3g");
    arguments.add("-Dsecant.bench.threads=" + Programs.THREADS);
    if (ModuleLayer.boot().findModule(VECTOR).isPresent()) arguments.add("--add-modules=" + VECTOR);
    return arguments;
  }

  private static Measured measured(BenchmarkResult result, double[] load) {
    double[] microseconds =
        result.getIterationResults().stream()
            .map(IterationResult::getPrimaryResult)
            .mapToDouble(Result::getScore)
            .toArray();
    Map<String, Double> controls = new HashMap<>();
    double allocated = Double.NaN;
    for (Map.Entry<String, Result> secondary : result.getSecondaryResults().entrySet()) {
      String label = secondary.getKey();
      double score = secondary.getValue().getScore();
      if (label.startsWith(ControlProfiler.CONTROL))
        controls.put(label.substring(ControlProfiler.CONTROL.length()), score);
      if (label.endsWith("gc.alloc.rate.norm")) allocated = score;
    }
    return new Measured(
        microseconds,
        allocated,
        score(result, ControlProfiler.OTHERS),
        score(result, ControlProfiler.STOLEN),
        load,
        controls);
  }

  private static double score(BenchmarkResult result, String label) {
    return result.getSecondaryResults().get(label).getScore();
  }
}
