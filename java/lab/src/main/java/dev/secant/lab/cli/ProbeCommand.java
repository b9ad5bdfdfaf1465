// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.backend.DeviceOptions.Arithmetic;
import dev.secant.lab.config.Options;
import dev.secant.lab.config.RunConfig.Weights;
import dev.secant.lab.config.ThreadCount;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.config.Word;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.lab.metrics.MetricsWriter;
import dev.secant.lab.probe.ProbeRequest;
import dev.secant.lab.probe.ProbeRequest.Statistics;
import dev.secant.lab.probe.ProbeResult;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Measures the linearity of a trained network once more. */
final class ProbeCommand implements Command {
  private static final ValueType.Choice WEIGHTS = ValueType.Choice.of("ema", "raw");
  private static final ValueType.Choice STATISTICS =
      ValueType.Choice.of("eval", "batch", "recalibrated");
  private static final ValueType.Choice BACKEND = ValueType.Choice.of("cpu", "cuda");
  private static final ValueType.Choice PRECISION = ValueType.Choice.of("fp32", "tf32", "bf16");
  private static final ValueType.Whole WAYS = new ValueType.Whole(2, Options.MAX_WAYS, false);
  private static final ValueType.Whole LIMIT = new ValueType.Whole(0, Integer.MAX_VALUE, false);
  private static final ValueType.Whole THREADS = new ValueType.Whole(1, Options.MAX_THREADS, false);
  private static final ValueType.Real ALPHA = new ValueType.Real(1e-3, false, 1e3, false, false);
  private static final ValueType.Reals LAMBDA = new ValueType.Reals(0, 1);
  private static final double SUM_TOLERANCE = 1e-6;

  private final ProbeLauncher launcher;
  private final StopRequest stop;

  ProbeCommand(ProbeLauncher launcher, StopRequest stop) {
    this.launcher = launcher;
    this.stop = stop;
  }

  @Override
  public String name() {
    return "probe";
  }

  @Override
  public String summary() {
    return "measure the linearity of a trained network";
  }

  @Override
  public String usage() {
    return "--run DIR [option...]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(
        Flag.value("run", "DIR", "folder of the run"),
        Flag.value("data", "DIR", "folder of the data set, where it has moved"),
        Flag.value("k", "K", "points mixed, 2 to 16 [as the run]"),
        Flag.value("alpha", "A", "Dirichlet parameter [as the run]"),
        Flag.value(
            "lambda", "L[,L...]", "fixed weights instead of drawn ones; one value is L, 1-L"),
        Flag.value("weights", WEIGHTS.placeholder(), "averaged or raw weights [ema]"),
        Flag.value("bn", STATISTICS.placeholder(), "statistics of batch norm [eval]"),
        Flag.value("test-limit", "N", "first so many test images, 0 for all [as the run]"),
        Flag.value("threads", "N", "CPU threads [every core]"),
        Flag.value("backend", BACKEND.placeholder(), "what computes [as the run]"),
        Flag.value(
            "precision",
            PRECISION.placeholder(),
            "of feature maps [as the run, fp32 with another --backend]"),
        Flag.QUIET,
        Flag.JSON,
        Flag.DEBUG,
        Flag.HELP);
  }

  @Override
  public int run(Arguments arguments, Console console) {
    ProbeRequest request = request(arguments);
    ThreadCount.noteOnFlag(request.threads()).ifPresent(console::note);
    ProbeResult result = launcher.launch(request, () -> stop.check("while probing"));
    if (arguments.has(Flag.JSON)) {
      console.out().println(json(request, result));
    } else {
      print(request, result, console);
    }
    return ExitCode.OK;
  }

  /** A probe as in {@code metrics.jsonl}, and how it was made. */
  private static ObjectNode json(ProbeRequest request, ProbeResult result) {
    ObjectNode object = MetricsWriter.toJson(result.probe());
    object.put("bn", Word.of(request.statistics()));
    if (request.lambda() == null) {
      object.putNull("lambda");
    } else {
      object.putNull("alpha"); // nothing was drawn
      request.lambda().forEach(object.putArray("lambda")::add);
    }
    return object
        .put("accuracy", result.evaluation().accuracy())
        .put("loss", result.evaluation().loss())
        .put("pairs", result.pairs());
  }

  static ProbeRequest request(Arguments a) {
    if (!a.has("run")) throw new UsageException("probe needs --run DIR, the folder of a run");
    Integer k = integer(a.checked("k", WAYS));
    String alpha = a.checked("alpha", ALPHA);
    List<Double> lambda = lambda(a);
    if (lambda != null && alpha != null) {
      throw new UsageException("--lambda contradicts --alpha: fixed weights are not drawn");
    }
    if (lambda != null && k != null && lambda.size() != k) {
      throw new UsageException("--lambda has " + lambda.size() + " weights, expected K = " + k);
    }
    String weights = a.checked("weights", WEIGHTS);
    String statistics = a.checked("bn", STATISTICS);
    String precision = a.checked("precision", PRECISION);
    return new ProbeRequest(
        a.path("run"),
        a.path("data"),
        lambda == null ? k : Integer.valueOf(lambda.size()),
        alpha == null ? null : Double.valueOf(alpha),
        lambda,
        weights == null ? Weights.EMA : Word.parse(Weights.class, weights),
        statistics == null ? Statistics.EVAL : Word.parse(Statistics.class, statistics),
        integer(a.checked("test-limit", LIMIT)),
        integer(a.checked("threads", THREADS)),
        a.checked("backend", BACKEND),
        precision == null ? null : Word.parse(Arithmetic.class, precision));
  }

  private static List<Double> lambda(Arguments a) {
    String text = a.has("lambda") ? a.value("lambda") : null;
    if (text == null) return null;
    String canonical = LAMBDA.canonical(text);
    if (canonical == null || text.equals("auto")) {
      throw new UsageException(
          "--lambda must be numbers from 0 to 1, separated by commas, not \"" + text + "\"");
    }
    List<Double> values = Arrays.stream(canonical.split(",")).map(Double::valueOf).toList();
    if (values.size() == 1) return List.of(values.get(0), 1 - values.get(0));
    double sum = values.stream().mapToDouble(Double::doubleValue).sum();
    if (values.size() > Options.MAX_WAYS || Math.abs(sum - 1) > SUM_TOLERANCE) {
      throw new UsageException(
          "--lambda must be at most 16 weights with the sum 1; they are "
              + values.size()
              + " with the sum "
              + sum);
    }
    return values;
  }

  private static Integer integer(String text) {
    return text == null ? null : Integer.valueOf(text);
  }

  private static void print(ProbeRequest request, ProbeResult result, Console console) {
    console
        .out()
        .printf(
            Locale.ROOT,
            "step %d, %s weights, bn %s, %d pairs of K = %d, accuracy %.2f %%%n",
            result.probe().step(),
            result.probe().weights(),
            Word.of(request.statistics()),
            result.pairs(),
            result.probe().k(),
            100 * result.evaluation().accuracy());
    console
        .out()
        .printf(
            "%-5s %9s %9s %9s %9s %9s%n",
            "layer", "NonLin", "stderr", "floor", "relative", "1-cos");
    for (LayerNonLin l : result.probe().layers()) {
      console
          .out()
          .printf(
              Locale.ROOT,
              "L%-4d %9.4f %9.4f %9.4f %9.4f %9.5f%n",
              l.layer(),
              l.nonlin(),
              l.stderr(),
              l.floor(),
              l.relative(),
              l.oneMinusCos());
    }
  }
}
