// SPDX-FileCopyrightText: Secant contributors
// SPDX-License-Identifier: Apache-2.0
package dev.secant.lab.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.secant.kernels.KernelContext;
import dev.secant.lab.config.Options;
import dev.secant.lab.config.ThreadCount;
import dev.secant.lab.config.ValueType;
import dev.secant.lab.data.NpyFile;
import dev.secant.lab.error.ExitCode;
import dev.secant.lab.error.UsageException;
import dev.secant.lab.metrics.Json;
import dev.secant.lab.metrics.LayerNonLin;
import dev.secant.lab.probe.ActivationNonLin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** NonLin of activations that any network wrote. */
final class NonLinCommand implements Command {
  private static final ValueType.Whole THREADS = new ValueType.Whole(1, Options.MAX_THREADS, false);
  private static final Flag POINTS =
      new Flag(
          "points", "FILE", true, "General", "activations of the points, one .npy (N, ...) each");
  private static final Flag MIXED =
      Flag.value("mixed", "FILE", "activations of the mixtures, .npy (N, ...)");
  private static final Flag LAMBDA = Flag.value("lambda", "FILE", "weights, .npy (N, K) or (K)");
  private static final Flag CORES = Flag.value("threads", "N", "CPU threads [every core]");

  @Override
  public String name() {
    return "nonlin";
  }

  @Override
  public String summary() {
    return "linearity of activations from any network (.npy files)";
  }

  @Override
  public String usage() {
    return "--points A.npy B.npy [...] --mixed M.npy --lambda L.npy [--json]";
  }

  @Override
  public List<Flag> flags() {
    return List.of(POINTS, MIXED, LAMBDA, CORES, Flag.QUIET, Flag.JSON, Flag.DEBUG, Flag.HELP);
  }

  /** Further files behind the first of {@code --points}. */
  @Override
  public int words() {
    return Options.MAX_WAYS;
  }

  @Override
  public boolean takesFiles() {
    return true;
  }

  @Override
  public int run(Arguments arguments, Console console) {
    List<String> points = new ArrayList<>(arguments.values(POINTS.name()));
    points.addAll(arguments.words());
    if (points.size() < 2 || points.size() > Options.MAX_WAYS) {
      throw new UsageException(
          "nonlin needs --points with 2 to %d files, got %d"
              .formatted(Options.MAX_WAYS, points.size()));
    }
    List<NpyFile> open = new ArrayList<>();
    try {
      for (String p : points) open.add(NpyFile.open(Path.of(p)));
      open.add(NpyFile.open(required(arguments, MIXED)));
      open.add(NpyFile.open(required(arguments, LAMBDA)));
      int k = points.size();
      report(
          new ActivationNonLin(open.subList(0, k), open.get(k), open.get(k + 1)),
          arguments,
          console);
      return ExitCode.OK;
    } finally {
      open.forEach(NpyFile::close);
    }
  }

  private static Path required(Arguments arguments, Flag flag) {
    if (arguments.has(flag)) return arguments.path(flag.name());
    throw new UsageException("nonlin needs " + flag.spelling() + " " + flag.argument());
  }

  private static void report(ActivationNonLin files, Arguments arguments, Console console) {
    String cores = arguments.checked("threads", THREADS);
    ThreadCount.noteOnFlag(cores == null ? null : Integer.valueOf(cores)).ifPresent(console::note);
    int threads =
        cores == null ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(cores);
    try (KernelContext context = new KernelContext(threads)) {
      LayerNonLin found = files.measure(context);
      if (arguments.has(Flag.JSON)) console.out().println(json(found, files.pairs()));
      else console.out().print(text(found, files.pairs()));
    }
  }

  private static ObjectNode json(LayerNonLin l, long pairs) {
    return Json.MAPPER
        .createObjectNode()
        .put("schema", 1)
        .put("pairs", pairs)
        .put("nonlin", l.nonlin())
        .put("stderr", l.stderr())
        .put("nonlin_squared", l.nonlinSquared())
        .put("floor", l.floor())
        .put("relative", l.relative())
        .put("one_minus_cos", l.oneMinusCos());
  }

  private static String text(LayerNonLin l, long pairs) {
    return String.format(
        Locale.ROOT,
        "NonLin          %.6f  (standard error %.6f, %d mixtures)%n"
            + "floor           %.6f%n"
            + "relative error  %.6f%n"
            + "1 - cosine      %.6f%n",
        l.nonlin(),
        l.stderr(),
        pairs,
        l.floor(),
        l.relative(),
        l.oneMinusCos());
  }
}
